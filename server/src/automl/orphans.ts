import { consumeEvents, type Ctx, type EventType } from '../core/index.ts'
import { listSearchesOfAttempt, moveSearch } from './search-store.ts'
import { SearchState } from './types.ts'

/** What the jobs room promises of a task's end; this room may not import it. */
interface TaskChanged {
  readonly task_run_id: number
  readonly result_state: string | null
}

const taskChanged = 'jobs.task_changed' as EventType
const badEnds = new Set(['CANCELED', 'FAILED', 'TIMEDOUT'])

/** Cancels searches whose task was ended before they were: nobody waits for them any more. */
export async function endOrphans(
  ctx: Ctx,
  attend: (searchId: string) => void,
): Promise<AsyncDisposable> {
  const cancelled = new Set<string>()
  // The transaction that cancels is over when the next wake-up comes.
  const off = ctx.events.onWake(() => {
    for (const id of cancelled) attend(id)
    cancelled.clear()
  })
  const consumer = await consumeEvents(ctx, {
    name: 'automl.orphans',
    types: [taskChanged],
    wants: (event) => badEnds.has((event.payload as unknown as TaskChanged).result_state ?? ''),
    handle: async (tx, event) => {
      const { task_run_id: attempt } = event.payload as unknown as TaskChanged
      for (const { id } of await listSearchesOfAttempt(tx.db, String(attempt))) {
        const from = [SearchState.Preparing, SearchState.Running]
        await moveSearch(tx.db, id, { from, to: SearchState.Cancelling })
        cancelled.add(id)
      }
    },
  })
  return {
    async [Symbol.asyncDispose]() {
      off()
      await consumer[Symbol.asyncDispose]()
    },
  }
}
