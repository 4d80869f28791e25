import { appendEvent, recordEdge, type Ctx, type NewEdge } from '../../core/index.ts'
import { updateRun } from '../run-store.ts'
import type { JobRunTable, TaskOutputTable, TaskRunTable } from '../tables.ts'
import {
  insertTaskRuns,
  newTaskRow,
  supersedeTaskRuns,
  updateTaskRun,
  upsertOutput,
  type TaskColumns,
} from '../task-run-store.ts'
import type { TaskOutput } from '../tasks/contract.ts'
import { healthLimitMs } from '../task-graph.ts'
import { notify } from '../notifications/notify.ts'
import { hasEnded } from '../types.ts'
import { happeningsOf } from './happenings.ts'
import type { LiveRun } from './live-run.ts'
import type { AttemptRef, End } from './run-state.ts'

/**
 * The writes of one run in one transaction, one statement per row however often the row changed.
 * Every row whose life cycle changed becomes an event, so that watchers see each step once.
 */
export class RunWrites {
  readonly #live: LiveRun
  readonly #now: number
  readonly #patches = new Map<number, { ref: AttemptRef; columns: TaskColumns }>()
  readonly #inserts = new Map<number, TaskRunTable>()
  readonly #outputs = new Map<number, Partial<TaskOutputTable>>()
  readonly #edges: NewEdge[] = []
  #run: Partial<JobRunTable> = {}

  constructor(live: LiveRun, now: number) {
    this.#live = live
    this.#now = now
  }

  run(columns: Partial<JobRunTable>): void {
    this.#run = { ...this.#run, ...columns }
  }

  attempt(ref: AttemptRef, columns: TaskColumns): void {
    const { id } = ref.attempt
    const inserted = this.#inserts.get(id)
    if (inserted) this.#inserts.set(id, { ...inserted, ...columns })
    const before = this.#patches.get(id)?.columns
    this.#patches.set(id, { ref, columns: { ...before, ...columns } })
  }

  insert(ref: AttemptRef, columns: TaskColumns): void {
    const { attempt, task } = ref
    const row = newTaskRow(attempt.id, {
      run_id: this.#live.run.runId,
      task_key: task.key,
      position: task.index,
      created_at: this.#now,
      attempt_number: attempt.attemptNumber,
      retry_number: attempt.retryNumber,
      repair_index: this.#live.run.repairCount,
      original_task_run_id: attempt.originalId,
      iteration: attempt.iteration ?? null,
      parent_task_run_id: ref.parentId ?? null,
    })
    this.#inserts.set(attempt.id, row)
    this.attempt(ref, columns)
  }

  /** Says once that the attempt, or the run, takes longer than its health rule allows. */
  unhealthy(ref: AttemptRef | undefined): void {
    if (ref) this.attempt(ref, { health_broken_at: this.#now })
    else this.run({ health_broken_at: this.#now })
    this.#unhealthy.push(ref)
  }
  readonly #unhealthy: (AttemptRef | undefined)[] = []

  /** The attempt with this id has been followed by another. */
  supersede(id: number): void {
    this.#superseded.push(id)
  }
  readonly #superseded: number[] = []

  end(ref: AttemptRef, end: End): void {
    this.attempt(ref, {
      life_cycle: end.lifeCycle,
      result: end.result,
      code: end.code,
      message: end.message,
      outcome: end.outcome ?? null,
      ended_at: this.#now,
      wait_key: null,
      delivered: null,
    })
  }

  resolved(id: number, task: unknown): void {
    this.#outputs.set(id, { ...this.#outputs.get(id), resolved: JSON.stringify(task) })
  }

  output(id: number, output: TaskOutput): void {
    this.#outputs.set(id, { ...this.#outputs.get(id), output: JSON.stringify(output) })
  }

  edge(edge: NewEdge): void {
    this.#edges.push(edge)
  }

  async flush(tx: Ctx): Promise<void> {
    await insertTaskRuns(tx.db, [...this.#inserts.values()])
    for (const [id, { columns }] of this.#patches) {
      if (this.#inserts.has(id)) continue
      await updateTaskRun(tx, id, columns)
    }
    await supersedeTaskRuns(tx.db, this.#superseded)
    await this.flushOutputs(tx)
    for (const edge of this.#edges) await recordEdge(tx, edge)
    if (Object.keys(this.#run).length > 0) {
      await updateRun(tx.db, this.#live.run.runId, this.#run)
    }
    await this.#appendEvents(tx)
    await this.#notify(tx)
  }

  /** Tells of starts, ends and lateness, where the job or the task asks for it. */
  async #notify(tx: Ctx): Promise<void> {
    const { run, settings } = this.#live
    for (const happening of happeningsOf(settings, {
      run,
      runColumns: this.#run,
      patches: this.#patches,
      superseded: this.#superseded,
      late: this.#unhealthy,
    })) {
      await notify(tx, happening)
    }
  }

  /** Writes outputs before the rest, for who reads them in this transaction. */
  async flushOutputs(tx: Ctx): Promise<void> {
    for (const [id, columns] of this.#outputs) {
      await upsertOutput(tx, id, columns)
    }
    this.#outputs.clear()
  }

  async #appendEvents(tx: Ctx): Promise<void> {
    const { run } = this.#live
    for (const [id, { ref, columns }] of this.#patches) {
      if (columns.life_cycle === undefined) continue
      await appendEvent(tx, {
        type: 'jobs.task_changed',
        subject: `attempt:${id}`,
        payload: {
          job_id: run.jobId ?? null,
          run_id: run.runId,
          task_key: ref.task.key,
          task_run_id: id,
          attempt_number: ref.attempt.attemptNumber,
          life_cycle_state: columns.life_cycle,
          result_state: columns.result ?? null,
        },
      })
    }
    for (const ref of this.#unhealthy) await appendHealthEvent(tx, this.#live, ref)
    const { life_cycle: lifeCycle } = this.#run
    if (lifeCycle === undefined) return
    await appendEvent(tx, {
      type: 'jobs.run_changed',
      subject: `job-run:${run.runId}`,
      payload: {
        job_id: run.jobId ?? null,
        run_id: run.runId,
        life_cycle_state: lifeCycle,
        result_state: hasEnded(lifeCycle) ? (this.#run.result ?? null) : null,
      },
    })
  }
}

async function appendHealthEvent(
  tx: Ctx,
  live: LiveRun,
  ref: AttemptRef | undefined,
): Promise<void> {
  const { run, settings } = live
  const limitMs = ref ? ref.task.healthMs : healthLimitMs(settings.health)
  await appendEvent(tx, {
    type: 'jobs.health_rule_broken',
    subject: ref ? `attempt:${ref.attempt.id}` : `job-run:${run.runId}`,
    payload: {
      job_id: run.jobId ?? null,
      run_id: run.runId,
      task_key: ref?.task.key ?? null,
      metric: 'RUN_DURATION_SECONDS',
      limit: (limitMs ?? 0) / 1000,
    },
  })
}
