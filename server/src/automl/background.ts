import type { Ctx } from '../core/index.ts'
import { endOrphans } from './orphans.ts'
import { getSearch, hasEnded } from './search-reads.ts'
import { conductSearch } from './search-runner.ts'
import { clearConductor, setConductor } from './search-state.ts'
import { listUnfinishedSearches } from './search-store.ts'

interface Attended {
  readonly ended: Promise<void>
  /** Tells the search to look at the database again. */
  readonly nudge: () => void
}

/** Goes on with every search that has not ended, and takes on new ones. */
export async function startAutoml(ctx: Ctx): Promise<AsyncDisposable> {
  const stopping = new AbortController()
  const attended = new Map<string, Attended>()
  const attend = (searchId: string): void => {
    const known = attended.get(searchId)
    if (known) return known.nudge()
    if (stopping.signal.aborted) return
    attended.set(searchId, conduct(searchId))
  }
  const conduct = (searchId: string): Attended => {
    const nudges = openNudges(stopping.signal)
    const ended = conductSearch(ctx, searchId, {
      stop: stopping.signal,
      changed: nudges.next,
    })
      .catch((error: unknown) => {
        ctx.log.error({ err: error, search: searchId }, 'AutoML search cannot go on')
      })
      .finally(() => attended.delete(searchId))
    return { ended, nudge: nudges.nudge }
  }
  const untilEnded = async (searchId: string): Promise<void> => {
    while (!stopping.signal.aborted) {
      const { search } = await getSearch(ctx, searchId)
      if (hasEnded(search)) return
      attend(searchId)
      await attended.get(searchId)?.ended
    }
  }
  setConductor(ctx, { attend, untilEnded })
  for (const search of await listUnfinishedSearches(ctx.db)) attend(search.id)
  const orphans = await endOrphans(ctx, attend)
  return {
    async [Symbol.asyncDispose]() {
      clearConductor(ctx)
      await orphans[Symbol.asyncDispose]()
      stopping.abort(new Error('The server stops'))
      await Promise.all([...attended.values()].map(({ ended }) => ended))
    },
  }
}

interface Nudges {
  readonly nudge: () => void
  /** Resolves at the next nudge, and when the server stops. */
  readonly next: () => Promise<void>
}

// A nudge that comes while nobody waits counts for the next one who does.
function openNudges(stop: AbortSignal): Nudges {
  let pending = Promise.withResolvers<void>()
  stop.addEventListener('abort', () => pending.resolve())
  return {
    nudge: () => pending.resolve(),
    next: async () => {
      await pending.promise
      if (!stop.aborted) pending = Promise.withResolvers<void>()
    },
  }
}
