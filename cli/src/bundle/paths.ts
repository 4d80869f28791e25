import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { RawResource } from './types.ts'

interface Places {
  /** The bundle's folder on this machine. */
  readonly folder: string
  /** The same folder in the workspace. */
  readonly filePath: string
}

type Plain = Record<string, unknown>
type Rewrite = (value: string, path: readonly string[]) => Promise<unknown>

/**
 * Turns paths of files beside the YAML into workspace paths, and requirement files into their
 * lines. A file that is not there is an error at its place.
 */
export async function rewritePaths(
  resource: RawResource,
  settings: Plain,
  places: Places,
): Promise<Plain> {
  const local = (value: string, path: readonly string[]): string => {
    const file = join(resource.folder, value)
    if (existsSync(file)) return file
    const shown = relative(places.folder, file)
    throw resource.file.problem([...resource.at, ...path], `there is no file '${shown}'`)
  }
  const toWorkspace = (file: string): string =>
    `${places.filePath}/${relative(places.folder, file).replaceAll('\\', '/')}`
  const file: Rewrite = async (value, path) => toWorkspace(local(value, path))
  const notebook: Rewrite = async (value, path) =>
    toWorkspace(local(value, path)).replace(/\.(py|ipynb|sql|scala|r)$/i, '')
  const requirements: Rewrite = async (value, path) =>
    readRequirements(local(value.replace(/^(-r|--requirement)\s+/, ''), path))
  if (resource.kind === 'gates') return rewriteGate(settings, local)
  if (resource.kind !== 'jobs') return settings
  const rewritten = await rewriteFields(settings, [], { file, notebook })
  return expandRequirements(rewritten as Plain, requirements)
}

const fields: Readonly<Record<string, 'file' | 'notebook'>> = {
  'spark_python_task.python_file': 'file',
  'notebook_task.notebook_path': 'notebook',
  'sql_task.file.path': 'file',
  'libraries.whl': 'file',
  'libraries.requirements': 'file',
}

async function rewriteFields(
  node: unknown,
  path: readonly string[],
  rewrites: { readonly file: Rewrite; readonly notebook: Rewrite },
): Promise<unknown> {
  if (typeof node === 'string') {
    const kind = kindOf(path)
    return kind !== undefined && !node.startsWith('/') ? rewrites[kind](node, path) : node
  }
  if (Array.isArray(node)) {
    return Promise.all(
      node.map((item, index) => rewriteFields(item, [...path, String(index)], rewrites)),
    )
  }
  if (typeof node !== 'object' || node === null) return node
  const entries = Object.entries(node).map(
    async ([key, item]) => [key, await rewriteFields(item, [...path, key], rewrites)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

function kindOf(path: readonly string[]): 'file' | 'notebook' | undefined {
  const names = path.filter((part) => !/^\d+$/.test(part)).join('.')
  const match = Object.entries(fields).find(([field]) => names.endsWith(field))
  return match?.[1]
}

async function expandRequirements(settings: Plain, requirements: Rewrite): Promise<Plain> {
  const environments = settings['environments']
  if (!Array.isArray(environments)) return settings
  const expanded = await Promise.all(
    environments.map(async (environment: Plain, index) => {
      const spec = environment['spec'] as Plain | undefined
      const given = spec?.['dependencies']
      if (!Array.isArray(given)) return environment
      const dependencies = await Promise.all(
        given.map(async (line: unknown, position) => {
          const path = ['environments', String(index), 'spec', 'dependencies', String(position)]
          const isFile = typeof line === 'string' && /^(-r|--requirement)\s+[^/]/.test(line)
          return isFile ? requirements(line, path) : line
        }),
      )
      return { ...environment, spec: { ...spec, dependencies: dependencies.flat() } }
    }),
  )
  return { ...settings, environments: expanded }
}

async function readRequirements(file: string): Promise<string[]> {
  const lines: string[] = []
  for (const raw of (await readFile(file, 'utf8')).split(/\r?\n/)) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim()
    const nested = /^(?:-r|--requirement)\s+(.+)$/.exec(line)?.[1]
    if (nested !== undefined) lines.push(...(await readRequirements(join(dirname(file), nested))))
    else if (line !== '') lines.push(line)
  }
  return lines
}

async function rewriteGate(
  settings: Plain,
  local: (value: string, path: readonly string[]) => string,
): Promise<Plain> {
  const contract = settings['contract']
  if (typeof contract !== 'string') return settings
  return { ...settings, contract: await readFile(local(contract, ['contract']), 'utf8') }
}
