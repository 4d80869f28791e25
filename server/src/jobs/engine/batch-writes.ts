import { revokeAttemptTokens } from '../../auth/index.ts'
import {
  appendEvents,
  recordEdges,
  type AnyNewEvent,
  type Ctx,
  type NewEdge,
} from '../../core/index.ts'
import { notify, type Happening } from '../notifications/notify.ts'
import { updateRuns } from '../run-store.ts'
import type { JobRunTable, TaskRunTable } from '../tables.ts'
import {
  insertTaskRuns,
  supersedeTaskRuns,
  updateTaskRuns,
  upsertOutputs,
  type OutputColumns,
  type TaskColumns,
} from '../task-run-store.ts'
import type { JobRun } from '../types.ts'
import { onRunEnded } from './run-end.ts'
import type { End } from './run-state.ts'

interface Collected {
  readonly inserts: TaskRunTable[]
  readonly patches: Map<number, TaskColumns>
  readonly superseded: number[]
  readonly outputs: Map<number, OutputColumns>
  readonly edges: NewEdge[]
  readonly revoked: string[]
  readonly runs: Map<number, Partial<JobRunTable>>
  readonly events: AnyNewEvent[]
  readonly happenings: Happening[]
  readonly ended: { readonly run: JobRun; readonly end: End }[]
}

function nothing(): Collected {
  return {
    inserts: [],
    patches: new Map(),
    superseded: [],
    outputs: new Map(),
    edges: [],
    revoked: [],
    runs: new Map(),
    events: [],
    happenings: [],
    ended: [],
  }
}

/** What one transaction writes for all the runs that move in it: a statement per table, not per row. */
export class BatchWrites {
  #collected = nothing()

  /** Where a run that has moved puts its writes. */
  get collected(): Collected {
    return this.#collected
  }

  /** Writes what was collected; also before somebody reads what it is about. */
  async flush(tx: Ctx): Promise<void> {
    const all = this.#collected
    this.#collected = nothing()
    await insertTaskRuns(tx, all.inserts)
    await updateTaskRuns(tx, all.patches)
    await supersedeTaskRuns(tx.db, all.superseded)
    await upsertOutputs(tx, all.outputs)
    await recordEdges(tx, all.edges)
    await revokeAttemptTokens(tx, all.revoked)
    await updateRuns(tx, all.runs)
    await appendEvents(tx, all.events)
    for (const happening of all.happenings) await notify(tx, happening)
    for (const { run, end } of all.ended) await onRunEnded(tx, run, end)
  }
}
