import type { Db } from '../core/index.ts'
import type { End } from './engine/run-state.ts'
import type { JobRepairTable } from './tables.ts'
import { LifeCycle, type JobRun, type RunOverrides } from './types.ts'

/** Keeps how the run ended the first time, before its first repair. */
export async function insertOriginal(db: Db, run: JobRun): Promise<void> {
  await insert(db, {
    repair_id: run.runId,
    run_id: run.runId,
    repair_index: 0,
    life_cycle: run.lifeCycle,
    result: run.result ?? null,
    code: run.code ?? null,
    message: run.message,
    started_at: run.createdAt.getTime(),
    ended_at: run.endedAt?.getTime() ?? null,
  })
}

export interface NewRepair {
  readonly repairId: number
  readonly runId: number
  readonly index: number
  readonly startedAt: Date
}

export async function insertRepair(db: Db, repair: NewRepair): Promise<void> {
  await insert(db, {
    repair_id: repair.repairId,
    run_id: repair.runId,
    repair_index: repair.index,
    life_cycle: LifeCycle.Pending,
    result: null,
    code: null,
    message: '',
    started_at: repair.startedAt.getTime(),
    ended_at: null,
  })
}

async function insert(db: Db, row: JobRepairTable): Promise<void> {
  await db.insertInto('job_repair').values(row).execute()
}

export async function endRepair(
  db: Db,
  repair: { readonly runId: number; readonly index: number },
  ended: { readonly end: End; readonly at: Date },
): Promise<void> {
  const { lifeCycle, result, code, message } = ended.end
  await db
    .updateTable('job_repair')
    .set({ life_cycle: lifeCycle, result, code, message, ended_at: ended.at.getTime() })
    .where('run_id', '=', repair.runId)
    .where('repair_index', '=', repair.index)
    .execute()
}

export interface ReopenedRun {
  readonly definitionHash: string
  readonly overrides: RunOverrides
  readonly parameters: Readonly<Record<string, string>>
  readonly timeoutSeconds: number
  readonly repairCount: number
  readonly backfillId: number | undefined
}

/** Makes an ended run active again. */
export async function reopenRun(db: Db, runId: number, next: ReopenedRun): Promise<void> {
  await db
    .updateTable('job_run')
    .set({
      life_cycle: LifeCycle.Pending,
      result: null,
      code: null,
      message: '',
      active: 1,
      dirty: 1,
      started_at: null,
      ended_at: null,
      cancel_requested_at: null,
      health_broken_at: null,
      definition_hash: next.definitionHash,
      overrides: JSON.stringify(next.overrides),
      parameters: JSON.stringify(next.parameters),
      timeout_seconds: next.timeoutSeconds,
      repair_count: next.repairCount,
      backfill_id: next.backfillId ?? null,
    })
    .where('run_id', '=', runId)
    .execute()
}
