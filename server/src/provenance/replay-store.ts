import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { ProvenanceReplayTable } from './tables.ts'
import { ReplayState, type Compared, type Difference, type Pins, type Replay } from './types.ts'

export type NewReplay = Omit<Replay, 'state' | 'differences' | 'compared' | 'message' | 'endedAt'>

export async function insertReplay(db: Db, replay: NewReplay): Promise<void> {
  await db
    .insertInto('provenance_replay')
    .values({
      id: replay.id,
      model: replay.model,
      version: replay.version,
      state: ReplayState.Running,
      original_run: replay.originalRun,
      replay_run: replay.replayRun,
      pins: JSON.stringify(replay.pins),
      principal: replay.principal,
      created_at: replay.createdAt.getTime(),
    })
    .execute()
}

export interface Outcome {
  readonly state: Exclude<ReplayState, 'RUNNING'>
  readonly differences: readonly Difference[]
  readonly compared: Compared | undefined
  readonly message: string | undefined
  readonly endedAt: Date
}

/** Only a running one ends; the second end of a replay changes nothing. */
export async function endReplay(db: Db, id: string, outcome: Outcome): Promise<void> {
  const { differences, compared } = outcome
  await db
    .updateTable('provenance_replay')
    .set({
      state: outcome.state,
      outcome: JSON.stringify({ differences, compared }),
      message: outcome.message ?? null,
      ended_at: outcome.endedAt.getTime(),
    })
    .where('id', '=', id)
    .where('state', '=', ReplayState.Running)
    .execute()
}

export async function findReplay(db: Db, id: string): Promise<Replay | undefined> {
  const row = await db
    .selectFrom('provenance_replay')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toReplay(row)
}

export interface ReplayQuery {
  readonly model: string
  readonly version: number
  readonly limit: number
}

/** Newest first. */
export async function listReplays(db: Db, query: ReplayQuery): Promise<Replay[]> {
  const rows = await db
    .selectFrom('provenance_replay')
    .selectAll()
    .where('model', '=', query.model)
    .where('version', '=', query.version)
    .orderBy('id', 'desc')
    .limit(query.limit)
    .execute()
  return rows.map(toReplay)
}

export async function listRunningReplays(db: Db): Promise<Replay[]> {
  const rows = await db
    .selectFrom('provenance_replay')
    .selectAll()
    .where('state', '=', ReplayState.Running)
    .orderBy('id')
    .execute()
  return rows.map(toReplay)
}

function toReplay(row: Selectable<ProvenanceReplayTable>): Replay {
  const outcome = JSON.parse(row.outcome ?? '{}') as Partial<
    Pick<Replay, 'differences' | 'compared'>
  >
  return {
    id: row.id,
    model: row.model,
    version: Number(row.version),
    state: row.state as ReplayState,
    originalRun: row.original_run,
    replayRun: row.replay_run,
    pins: JSON.parse(row.pins) as Pins,
    differences: outcome.differences ?? [],
    compared: outcome.compared,
    message: row.message ?? undefined,
    principal: row.principal,
    createdAt: new Date(Number(row.created_at)),
    endedAt: row.ended_at === null ? undefined : new Date(Number(row.ended_at)),
  }
}
