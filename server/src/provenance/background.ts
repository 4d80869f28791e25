import type { Ctx } from '../core/index.ts'
import { conductReplay } from './replay-runner.ts'
import { clearReplayRoom, setReplayRoom } from './replay-state.ts'
import { listRunningReplays } from './replay-store.ts'

/** Goes on with every replay that has not ended, and takes on new ones. */
export async function startProvenance(ctx: Ctx): Promise<AsyncDisposable> {
  const stopping = new AbortController()
  const attended = new Map<string, Promise<void>>()
  const attend = (replayId: string): void => {
    if (attended.has(replayId) || stopping.signal.aborted) return
    const ended = conductReplay(ctx, replayId, stopping.signal)
      .catch((error: unknown) => {
        ctx.log.error({ err: error, replay: replayId }, 'Replay cannot go on')
      })
      .finally(() => attended.delete(replayId))
    attended.set(replayId, ended)
  }
  setReplayRoom(ctx, { attend })
  for (const replay of await listRunningReplays(ctx.db)) attend(replay.id)
  return {
    async [Symbol.asyncDispose]() {
      clearReplayRoom(ctx)
      stopping.abort(new Error('The server stops'))
      await Promise.all(attended.values())
    },
  }
}
