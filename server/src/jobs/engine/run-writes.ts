import type { AnyNewEvent, Ctx, NewEdge } from '../../core/index.ts'
import type { Happening } from '../notifications/notify.ts'
import { findOutput, type OutputRow } from '../run-reads.ts'
import type { JobRunTable, TaskRunTable } from '../tables.ts'
import { healthLimitMs } from '../task-graph.ts'
import {
  newTaskRow,
  upsertOutputs,
  type OutputColumns,
  type TaskColumns,
} from '../task-run-store.ts'
import type { TaskOutput } from '../tasks/contract.ts'
import { hasEnded } from '../types.ts'
import type { BatchWrites } from './batch-writes.ts'
import { happeningsOf } from './happenings.ts'
import type { LiveRun } from './live-run.ts'
import type { AttemptRef, End } from './run-state.ts'

/**
 * What one run writes in one transaction, each row once however often it changed.
 * Every row whose life cycle changed becomes an event, so that watchers see each step once.
 */
export class RunWrites {
  readonly #live: LiveRun
  readonly #now: number
  readonly #patches = new Map<number, { ref: AttemptRef; columns: TaskColumns }>()
  readonly #inserts = new Map<number, TaskRunTable>()
  readonly #outputs = new Map<number, OutputColumns>()
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

  /** The tokens of this attempt are over. */
  revokeTokens(attemptId: string): void {
    this.#revoked.push(attemptId)
  }
  readonly #revoked: string[] = []

  endRun(end: End): void {
    this.#ended = end
    this.run({
      life_cycle: end.lifeCycle,
      result: end.result,
      code: end.code,
      message: end.message,
      active: 0,
      ended_at: this.#now,
      owner: null,
      lease_until: null,
    })
  }
  #ended: End | undefined

  edge(edge: NewEdge): void {
    this.#edges.push(edge)
  }

  /** What was put out by an attempt, in this transaction or before. */
  async findOutput(tx: Ctx, id: number): Promise<OutputRow> {
    if (this.#outputs.has(id)) {
      await upsertOutputs(tx, this.#outputs)
      this.#outputs.clear()
    }
    return findOutput(tx.db, id)
  }

  /** Hands everything over to be written with what other runs write in the transaction. */
  handTo({ collected: batch }: BatchWrites): void {
    batch.inserts.push(...this.#inserts.values())
    for (const [id, { columns }] of this.#patches) {
      if (!this.#inserts.has(id)) batch.patches.set(id, columns)
    }
    batch.superseded.push(...this.#superseded)
    for (const [id, columns] of this.#outputs) batch.outputs.set(id, columns)
    batch.edges.push(...this.#edges)
    batch.revoked.push(...this.#revoked)
    if (Object.keys(this.#run).length > 0) batch.runs.set(this.#live.run.runId, this.#run)
    batch.events.push(...this.#events())
    batch.happenings.push(...this.#happenings())
    if (this.#ended) batch.ended.push({ run: this.#live.run, end: this.#ended })
  }

  /** Of starts, ends and lateness, where the job or the task asks to be told. */
  #happenings(): Happening[] {
    const { run, settings } = this.#live
    return happeningsOf(settings, {
      run,
      runColumns: this.#run,
      patches: this.#patches,
      superseded: this.#superseded,
      late: this.#unhealthy,
    })
  }

  #events(): AnyNewEvent[] {
    const { run } = this.#live
    const ofTasks = Array.from(this.#patches, ([id, { ref, columns }]): AnyNewEvent[] => {
      if (columns.life_cycle === undefined) return []
      const payload = {
        job_id: run.jobId ?? null,
        run_id: run.runId,
        task_key: ref.task.key,
        task_run_id: id,
        attempt_number: ref.attempt.attemptNumber,
        life_cycle_state: columns.life_cycle,
        result_state: columns.result ?? null,
      }
      return [{ type: 'jobs.task_changed', subject: `attempt:${id}`, payload }]
    })
    const ofHealth = this.#unhealthy.map((ref) => healthEvent(this.#live, ref))
    const { life_cycle: lifeCycle } = this.#run
    if (lifeCycle === undefined) return [...ofTasks.flat(), ...ofHealth]
    const payload = {
      job_id: run.jobId ?? null,
      run_id: run.runId,
      life_cycle_state: lifeCycle,
      result_state: hasEnded(lifeCycle) ? (this.#run.result ?? null) : null,
    }
    const ofRun = { type: 'jobs.run_changed', subject: `job-run:${run.runId}`, payload } as const
    return [...ofTasks.flat(), ...ofHealth, ofRun]
  }
}

function healthEvent(live: LiveRun, ref: AttemptRef | undefined): AnyNewEvent {
  const { run, settings } = live
  const limitMs = ref ? ref.task.healthMs : healthLimitMs(settings.health)
  return {
    type: 'jobs.health_rule_broken',
    subject: ref ? `attempt:${ref.attempt.id}` : `job-run:${run.runId}`,
    payload: {
      job_id: run.jobId ?? null,
      run_id: run.runId,
      task_key: ref?.task.key ?? null,
      metric: 'RUN_DURATION_SECONDS',
      limit: (limitMs ?? 0) / 1000,
    },
  }
}
