import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { inTransaction, type Ctx } from '../core/index.ts'
import { copyContent, loadContent, storeContent } from './content-store.ts'
import { workspaceErrors } from './errors.ts'
import { planImport, type ImportPlan } from './import-plan.ts'
import { extensionOf, jupyterToSource, sourceToJupyter } from './notebook-format.ts'
import {
  deleteTree,
  findObject,
  insertDirectories,
  listChildren,
  listTree,
  upsertObject,
} from './object-store.ts'
import { ancestorsAndSelf, nameOf, parentOf, parsePath } from './path.ts'
import { Language, ObjectType, type WorkspaceObject } from './types.ts'

export interface ImportInput {
  readonly path: string
  readonly content: Buffer
  readonly format?: string | undefined
  readonly language?: Language | undefined
  readonly overwrite?: boolean | undefined
}

/** Makes a file or a notebook out of `content`, as its format says. */
export async function importObject(ctx: Ctx, input: ImportInput): Promise<WorkspaceObject> {
  const plan = planImport({ ...input, path: parsePath(input.path) })
  return store(ctx, plan, input)
}

export interface WriteFileInput {
  readonly path: string
  readonly content: Buffer
  /** @default false */
  readonly overwrite?: boolean
  /** Makes the folders above it when they are missing. @default false */
  readonly parents?: boolean
}

/** Writes a file, or with format AUTO's rules a notebook: what `import` with AUTO does. */
export async function writeFile(ctx: Ctx, input: WriteFileInput): Promise<WorkspaceObject> {
  const path = parsePath(input.path)
  if (input.parents) await makeDirectories(ctx, parentOf(path))
  return store(ctx, planImport({ path, content: input.content, format: 'AUTO' }), input)
}

async function store(
  ctx: Ctx,
  plan: ImportPlan,
  input: { readonly content: Buffer; readonly overwrite?: boolean | undefined },
): Promise<WorkspaceObject> {
  const hash = await storeContent(ctx, input.content)
  return inTransaction(ctx, async (tx) => {
    await requireParent(tx, plan.path)
    const found = await statIfAny(tx, plan.path)
    if (found && found.type !== plan.type) {
      throw workspaceErrors.WORKSPACE_TYPE_CONFLICT(plan.path, found.type, plan.type)
    }
    if (found && !input.overwrite) throw workspaceErrors.WORKSPACE_ALREADY_EXISTS(plan.path)
    return upsertObject(tx.db, { ...plan, size: input.content.length, hash, at: tx.now() })
  })
}

/** Makes the folder and those above it; one that exists already is fine. */
export async function makeDirectories(ctx: Ctx, path: string): Promise<void> {
  const wanted = ancestorsAndSelf(parsePath(path))
  await inTransaction(ctx, async (tx) => {
    for (const folder of wanted) {
      const found = await findObject(tx.db, folder)
      if (found && found.type !== ObjectType.Directory) {
        throw workspaceErrors.WORKSPACE_TYPE_CONFLICT(folder, found.type, ObjectType.Directory)
      }
    }
    await insertDirectories(tx.db, wanted, tx.now())
  })
}

export async function statFile(ctx: Ctx, path: string): Promise<WorkspaceObject> {
  const found = await statIfAny(ctx, parsePath(path))
  if (!found) throw workspaceErrors.WORKSPACE_NOT_FOUND(path)
  return found
}

/** The children of a folder; of a file or notebook, the thing itself. */
export async function listFolder(ctx: Ctx, path: string): Promise<WorkspaceObject[]> {
  const found = await statFile(ctx, path)
  return found.type === ObjectType.Directory ? listChildren(ctx.db, found.path) : [found]
}

/** Every file and notebook below a folder; of a file or notebook, the thing itself. */
export async function listFiles(ctx: Ctx, path: string): Promise<WorkspaceObject[]> {
  const found = await statFile(ctx, path)
  if (found.type !== ObjectType.Directory) return [found]
  const tree = await listTree(ctx.db, found.path)
  return tree.filter((object) => object.type !== ObjectType.Directory)
}

export async function readFile(ctx: Ctx, path: string): Promise<Buffer> {
  const found = await statContent(ctx, path)
  const content = await loadContent(ctx, found.hash)
  if (!content) throw workspaceErrors.WORKSPACE_CONTENT_LOST(found.path, found.hash)
  return content
}

/** Hex SHA-256 of what is at the path now. */
export async function hashFile(ctx: Ctx, path: string): Promise<string> {
  return (await statContent(ctx, path)).hash
}

export interface Exported {
  readonly content: Buffer
  /** `py`, `ipynb`, …: the extension that the content should be saved under. */
  readonly fileType: string
}

const exportFormats = ['SOURCE', 'AUTO', 'JUPYTER', 'RAW']

export async function exportObject(ctx: Ctx, path: string, format: string): Promise<Exported> {
  if (!exportFormats.includes(format)) {
    throw workspaceErrors.WORKSPACE_FORMAT_UNSUPPORTED(format, exportFormats.join(', '))
  }
  const found = await statContent(ctx, path)
  const content = await readFile(ctx, path)
  if (found.type === ObjectType.File) {
    if (format === 'JUPYTER') {
      throw workspaceErrors.WORKSPACE_FORMAT_UNSUPPORTED(format, 'AUTO, SOURCE, RAW for a file')
    }
    return { content, fileType: /\.([^.]+)$/.exec(nameOf(found.path))?.[1] ?? '' }
  }
  const language = found.language ?? Language.Python
  const wanted = format === 'SOURCE' || format === 'JUPYTER' ? format : found.format
  if (wanted === 'JUPYTER') {
    const jupyter = found.format === 'JUPYTER' ? content : sourceToJupyter(content, language)
    return { content: jupyter, fileType: 'ipynb' }
  }
  const source = found.format === 'JUPYTER' ? jupyterToSource(found.path, content) : content
  return { content: source, fileType: extensionOf(language) }
}

export async function deleteObject(ctx: Ctx, path: string, recursive: boolean): Promise<void> {
  const parsed = parsePath(path)
  if (parsed === '/') throw workspaceErrors.WORKSPACE_PATH_INVALID(path, 'the root stays')
  await inTransaction(ctx, async (tx) => {
    const found = await findObject(tx.db, parsed)
    if (!found) throw workspaceErrors.WORKSPACE_NOT_FOUND(parsed)
    const children = await listChildren(tx.db, parsed)
    if (children.length > 0 && !recursive) {
      throw workspaceErrors.WORKSPACE_DIRECTORY_NOT_EMPTY(parsed)
    }
    await deleteTree(tx.db, parsed)
  })
}

export interface Materialised {
  /** Where the file or the folder is now on disk. */
  readonly path: string
  /** Every file that was copied: its workspace path, its place on disk, its hash. */
  readonly files: readonly {
    readonly workspacePath: string
    readonly path: string
    readonly hash: string
  }[]
}

/**
 * Copies a file, a notebook or a whole folder into `destination`. A notebook gets the extension of
 * its format (`train` → `train.py` or `train.ipynb`) unless its name already has it.
 */
export async function materialise(
  ctx: Ctx,
  path: string,
  destination: string,
): Promise<Materialised> {
  const root = await statFile(ctx, path)
  mkdirSync(destination, { recursive: true })
  if (root.type !== ObjectType.Directory) {
    const target = join(destination, fileNameOf(root))
    await copyContent(ctx, root, target)
    return { path: target, files: [{ workspacePath: root.path, path: target, hash: root.hash }] }
  }
  const files = []
  for (const object of await listTree(ctx.db, root.path)) {
    const below = object.path.slice(root.path === '/' ? 1 : root.path.length + 1)
    const target = join(destination, below)
    if (object.type === ObjectType.Directory) {
      mkdirSync(target, { recursive: true })
      continue
    }
    const named = join(target, '..', fileNameOf(object))
    mkdirSync(join(named, '..'), { recursive: true })
    await copyContent(ctx, object, named)
    files.push({ workspacePath: object.path, path: named, hash: object.hash })
  }
  return { path: destination, files }
}

/** The name that the object has on disk. */
function fileNameOf(object: WorkspaceObject): string {
  const name = nameOf(object.path)
  if (object.type !== ObjectType.Notebook) return name
  const extension =
    object.format === 'JUPYTER' ? 'ipynb' : extensionOf(object.language ?? Language.Python)
  return name.endsWith(`.${extension}`) ? name : `${name}.${extension}`
}

async function statContent(ctx: Ctx, path: string): Promise<WorkspaceObject> {
  const found = await statFile(ctx, path)
  if (found.type === ObjectType.Directory) throw workspaceErrors.WORKSPACE_IS_A_DIRECTORY(path)
  return found
}

// The root and everyone's home are always there; they get a row when something needs them.
async function statIfAny(ctx: Ctx, path: string): Promise<WorkspaceObject | undefined> {
  const found = await findObject(ctx.db, path)
  if (found || !alwaysThere(ctx).includes(path)) return found
  await insertDirectories(ctx.db, path === '/' ? ['/'] : ancestorsAndSelf(path), ctx.now())
  return findObject(ctx.db, path)
}

async function requireParent(tx: Ctx, path: string): Promise<void> {
  const parent = parentOf(path)
  const found = await statIfAny(tx, parent)
  if (!found) throw workspaceErrors.WORKSPACE_PARENT_NOT_FOUND(parent)
  if (found.type !== ObjectType.Directory) {
    throw workspaceErrors.WORKSPACE_NOT_A_DIRECTORY(parent, found.type)
  }
}

function alwaysThere(ctx: Ctx): string[] {
  return ['/', '/Shared', '/Users', `/Users/${ctx.principal.name}`]
}
