import type { Selectable, Updateable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { AutomlSearchTable } from './tables.ts'
import {
  SearchState,
  type DroppedColumn,
  type Search,
  type SearchSpec,
  type Task,
} from './types.ts'

export async function insertSearch(db: Db, search: Search): Promise<void> {
  await db
    .insertInto('automl_search')
    .values({
      id: search.id,
      name: search.name,
      state: search.state,
      message: null,
      table_name: search.data.table,
      table_version: search.data.version,
      rows: search.data.rows,
      unlabelled: search.data.unlabelled,
      sha256: null,
      spec: JSON.stringify(search.spec),
      task: JSON.stringify(search.task),
      dropped: JSON.stringify(search.dropped),
      file_columns: JSON.stringify(search.columns),
      experiment_id: search.experimentId,
      run_id: search.runId,
      environment: null,
      principal: search.principal.name,
      principal_kind: search.principal.kind,
      principal_is_owner: search.principal.isOwner ? 1 : 0,
      attempt_id: search.principal.attemptId ?? null,
      idempotency_token: search.idempotencyToken ?? null,
      exploration_path: null,
      created_at: search.createdAt.getTime(),
      started_at: null,
      ended_at: null,
    })
    .execute()
}

export async function findSearch(db: Db, id: string): Promise<Search | undefined> {
  const row = await db
    .selectFrom('automl_search')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toSearch(row)
}

export async function findSearchByToken(db: Db, token: string): Promise<Search | undefined> {
  const row = await db
    .selectFrom('automl_search')
    .selectAll()
    .where('idempotency_token', '=', token)
    .executeTakeFirst()
  return row && toSearch(row)
}

export interface SearchPage {
  readonly limit: number
  /** Only searches older than this id. */
  readonly before?: string | undefined
}

/** Newest first. */
export async function listSearchPage(db: Db, page: SearchPage): Promise<Search[]> {
  let query = db.selectFrom('automl_search').selectAll().orderBy('id', 'desc').limit(page.limit)
  if (page.before !== undefined) query = query.where('id', '<', page.before)
  return (await query.execute()).map(toSearch)
}

const unfinished = [SearchState.Preparing, SearchState.Running, SearchState.Cancelling]

/** Those that somebody has to go on with, oldest first. */
export async function listUnfinishedSearches(db: Db): Promise<Search[]> {
  const rows = await db
    .selectFrom('automl_search')
    .selectAll()
    .where('state', 'in', unfinished)
    .orderBy('id')
    .execute()
  return rows.map(toSearch)
}

/** Unfinished searches that a task started. */
export async function listSearchesOfAttempt(db: Db, attemptId: string): Promise<Search[]> {
  const rows = await db
    .selectFrom('automl_search')
    .selectAll()
    .where('attempt_id', '=', attemptId)
    .where('state', 'in', unfinished)
    .execute()
  return rows.map(toSearch)
}

/** Moves a search on; false when it was in none of the states `from` any more. */
export async function moveSearch(
  db: Db,
  id: string,
  move: {
    readonly from: readonly SearchState[]
    readonly to: SearchState
    readonly set?: Pick<
      Updateable<AutomlSearchTable>,
      'message' | 'started_at' | 'ended_at' | 'sha256' | 'environment'
    >
  },
): Promise<boolean> {
  const result = await db
    .updateTable('automl_search')
    .set({ state: move.to, ...move.set })
    .where('id', '=', id)
    .where('state', 'in', move.from)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export async function setExplorationPath(db: Db, id: string, path: string): Promise<void> {
  await db
    .updateTable('automl_search')
    .set({ exploration_path: path })
    .where('id', '=', id)
    .execute()
}

function toSearch(row: Selectable<AutomlSearchTable>): Search {
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    message: row.message ?? undefined,
    spec: JSON.parse(row.spec) as SearchSpec,
    data: {
      table: row.table_name,
      version: Number(row.table_version),
      rows: Number(row.rows),
      unlabelled: Number(row.unlabelled),
      sha256: row.sha256 ?? undefined,
    },
    task: JSON.parse(row.task) as Task,
    dropped: JSON.parse(row.dropped) as DroppedColumn[],
    columns: JSON.parse(row.file_columns) as Search['columns'],
    experimentId: row.experiment_id,
    runId: row.run_id,
    environment: row.environment ?? undefined,
    principal: {
      name: row.principal,
      kind: row.principal_kind,
      isOwner: row.principal_is_owner === 1,
      ...(row.attempt_id === null ? {} : { attemptId: row.attempt_id }),
    },
    idempotencyToken: row.idempotency_token ?? undefined,
    explorationPath: row.exploration_path ?? undefined,
    createdAt: new Date(Number(row.created_at)),
    startedAt: toDate(row.started_at),
    endedAt: toDate(row.ended_at),
  }
}

export function toDate(value: number | null): Date | undefined {
  return value === null ? undefined : new Date(Number(value))
}
