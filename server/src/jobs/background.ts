import type { Ctx } from '../core/index.ts'
import { Engine } from './engine/engine.ts'
import { FileWatches } from './file-watch.ts'
import { consumeForeign, type ForeignType } from './foreign-events.ts'
import { TriggerClock } from './trigger-clock.ts'
import { NotificationSender } from './notifications/sender.ts'
import { tellTriggers } from './trigger-service.ts'
import type { TriggerKind } from './triggers/contract.ts'
import { triggerKinds } from './triggers/trigger-kinds.ts'
import { startWaits } from './waits.ts'

/** Starts the room's background work; disposing it waits for the work in hand, not for tasks. */
export async function startJobs(ctx: Ctx): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const engine = stack.use(new Engine(ctx))
  stack.use(await startWaits(ctx))
  stack.use(
    await consumeForeign(ctx, {
      name: 'jobs.triggers',
      types: [...new Set(Object.values(triggerKinds).flatMap(eventsOf))],
      handle: tellTriggers,
    }),
  )
  stack.use(new TriggerClock(ctx))
  stack.use(new FileWatches(ctx))
  stack.use(new NotificationSender(ctx))
  await engine.start()
  return stack.move()
}

function eventsOf(kind: TriggerKind<never>): readonly ForeignType[] {
  return kind.events ?? []
}
