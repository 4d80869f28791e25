/** What pages show of many runs at once; light rows, without settings or tasks. */
import { sql } from 'kysely'
import type { Db } from '../core/index.ts'
import { beyond, type RunCursor } from './run-reads.ts'
import type { LifeCycle, Result, RunType, TriggerType } from './types.ts'

export interface RunLine {
  readonly runId: number
  readonly jobId: number | undefined
  readonly name: string
  readonly type: RunType
  readonly trigger: TriggerType
  readonly creator: string
  readonly lifeCycle: LifeCycle
  readonly result: Result | undefined
  readonly message: string
  readonly createdAt: number
  readonly startedAt: number | undefined
  readonly endedAt: number | undefined
}

const columns = [
  'run_id',
  'job_id',
  'name',
  'run_type',
  'trigger_type',
  'creator',
  'life_cycle',
  'result',
  'message',
  'created_at',
  'started_at',
  'ended_at',
] as const

/** In the words of a person who looks for runs. */
export const runStates = ['active', 'queued', 'succeeded', 'failed', 'canceled', 'skipped'] as const
export type RunStateFilter = (typeof runStates)[number]

// Literals, so that the planner sees which partial index holds.
const conditions: Readonly<Record<RunStateFilter, ReturnType<typeof sql<boolean>>>> = {
  active: sql<boolean>`active = 1`,
  queued: sql<boolean>`active = 1 and life_cycle = 'QUEUED'`,
  succeeded: sql<boolean>`result in ('SUCCESS', 'SUCCESS_WITH_FAILURES')`,
  failed: sql<boolean>`result in ('FAILED', 'TIMEDOUT')`,
  canceled: sql<boolean>`result = 'CANCELED'`,
  skipped: sql<boolean>`life_cycle = 'SKIPPED'`,
}

export interface SearchRuns {
  readonly limit: number
  readonly jobId?: number | undefined
  readonly state?: RunStateFilter | undefined
  readonly trigger?: TriggerType | undefined
  /** Epoch milliseconds, half open. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly after?: RunCursor | undefined
}

export interface LinePage {
  readonly runs: readonly RunLine[]
  readonly hasOlder: boolean
  readonly hasNewer: boolean
}

/** Runs, newest first. */
export async function searchRuns(db: Db, input: SearchRuns): Promise<LinePage> {
  const { after } = input
  const newer = after?.direction === 'newer'
  const order = newer ? 'asc' : 'desc'
  const rows = await matching(db, input)
    .orderBy('created_at', order)
    .orderBy('run_id', order)
    .limit(input.limit + 1)
    .execute()
  const more = rows.length > input.limit
  const runs = rows.slice(0, input.limit).map(toLine)
  if (newer) runs.reverse()
  return { runs, hasOlder: newer || more, hasNewer: newer ? more : after !== undefined }
}

function matching(db: Db, input: SearchRuns) {
  let query = db.selectFrom('job_run').select(columns).where('deleted', '=', sql.lit(0))
  if (input.jobId !== undefined) query = query.where('job_id', '=', input.jobId)
  if (input.state !== undefined) query = query.where(conditions[input.state])
  if (input.trigger !== undefined) query = query.where('trigger_type', '=', input.trigger)
  if (input.from !== undefined) query = query.where('created_at', '>=', input.from)
  if (input.to !== undefined) query = query.where('created_at', '<', input.to)
  return input.after ? query.where(beyond(input.after)) : query
}

/** The newest runs of each of these jobs; one statement, whose cost is that of its answer. */
export async function latestRuns(
  db: Db,
  of: { readonly jobIds: readonly number[]; readonly limit: number },
): Promise<ReadonlyMap<number, readonly RunLine[]>> {
  const found = new Map<number, RunLine[]>(of.jobIds.map((jobId) => [jobId, []]))
  const [first, ...rest] = of.jobIds.map((jobId) =>
    db
      .selectFrom(
        matching(db, { jobId, limit: of.limit })
          .orderBy('created_at', 'desc')
          .orderBy('run_id', 'desc')
          .limit(of.limit)
          .as('newest'),
      )
      .select(columns),
  )
  if (first === undefined) return found
  const rows = await rest.reduce((all, one) => all.unionAll(one), first).execute()
  for (const row of rows) found.get(Number(row.job_id))?.push(toLine(row))
  return found
}

type Row = Awaited<ReturnType<ReturnType<typeof matching>['execute']>>[number]

function toLine(row: Row): RunLine {
  return {
    runId: row.run_id,
    jobId: row.job_id ?? undefined,
    name: row.name,
    type: row.run_type,
    trigger: row.trigger_type,
    creator: row.creator,
    lifeCycle: row.life_cycle,
    result: row.result ?? undefined,
    message: row.message,
    createdAt: row.created_at,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
  }
}
