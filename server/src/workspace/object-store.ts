import { sql, type Selectable } from 'kysely'
import { newHexId, type Db } from '../core/index.ts'
import { parentOf } from './path.ts'
import type { WorkspaceObjectTable } from './tables.ts'
import { ObjectType, type Language, type NotebookFormat, type WorkspaceObject } from './types.ts'

export interface NewObject {
  readonly path: string
  readonly type: ObjectType
  readonly language?: Language | undefined
  readonly format?: NotebookFormat | undefined
  readonly size: number
  readonly hash: string
  readonly at: Date
}

/** Puts the object at its path; what was there keeps its id and its time of creation. */
export async function upsertObject(db: Db, object: NewObject): Promise<WorkspaceObject> {
  const changed = {
    type: object.type,
    language: object.language ?? null,
    format: object.format ?? null,
    size: object.size,
    hash: object.hash,
    modified_at: object.at.getTime(),
  }
  const row = await db
    .insertInto('workspace_object')
    .values({
      ...changed,
      path: object.path,
      parent: parentOf(object.path),
      // 52 random bits: the wire wants an integer that JavaScript can hold.
      object_id: Number.parseInt(newHexId().slice(0, 13), 16),
      created_at: object.at.getTime(),
    })
    .onConflict((c) => c.column('path').doUpdateSet(changed))
    .returningAll()
    .executeTakeFirstOrThrow()
  return toObject(row)
}

/** Makes the folders that are missing; those that exist stay as they are. */
export async function insertDirectories(db: Db, paths: readonly string[], at: Date): Promise<void> {
  for (const path of paths) {
    await db
      .insertInto('workspace_object')
      .values({
        path,
        parent: parentOf(path),
        object_id: Number.parseInt(newHexId().slice(0, 13), 16),
        type: ObjectType.Directory,
        language: null,
        format: null,
        size: 0,
        hash: '',
        created_at: at.getTime(),
        modified_at: at.getTime(),
      })
      .onConflict((c) => c.column('path').doNothing())
      .execute()
  }
}

/** Deletes the object and everything below it. */
export async function deleteTree(db: Db, path: string): Promise<void> {
  await db
    .deleteFrom('workspace_object')
    .where((eb) => eb.or([eb('path', '=', path), isBelow(path)]))
    .execute()
}

export async function findObject(db: Db, path: string): Promise<WorkspaceObject | undefined> {
  const row = await db
    .selectFrom('workspace_object')
    .selectAll()
    .where('path', '=', path)
    .executeTakeFirst()
  return row && toObject(row)
}

export async function listChildren(db: Db, path: string): Promise<WorkspaceObject[]> {
  const rows = await db
    .selectFrom('workspace_object')
    .selectAll()
    .where('parent', '=', path)
    .where('path', '!=', '/')
    .orderBy('path')
    .execute()
  return rows.map(toObject)
}

/** Everything below a folder, at any depth. */
export async function listTree(db: Db, path: string): Promise<WorkspaceObject[]> {
  const rows = await db
    .selectFrom('workspace_object')
    .selectAll()
    .where(isBelow(path))
    .orderBy('path')
    .execute()
  return rows.map(toObject)
}

// LIKE ignores case on SQLite, and its wild cards may stand in a path.
function isBelow(path: string) {
  const prefix = path === '/' ? '/' : `${path}/`
  return sql<boolean>`substr(path, 1, length(${prefix})) = ${prefix}`
}

function toObject(row: Selectable<WorkspaceObjectTable>): WorkspaceObject {
  return {
    path: row.path,
    type: row.type,
    objectId: Number(row.object_id),
    language: row.language ?? undefined,
    format: row.format ?? undefined,
    size: Number(row.size),
    hash: row.hash,
    createdAt: new Date(Number(row.created_at)),
    modifiedAt: new Date(Number(row.modified_at)),
  }
}
