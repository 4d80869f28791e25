import { consumeEvents, type Ctx, type EventType } from '../core/index.ts'
import { modelEventTypes } from './dialects/contract.ts'
import { queueDeliveries } from './delivery-service.ts'
import { startSender } from './sender.ts'

/** Starts the room's background work; disposing it waits for the work in hand. */
export async function startWebhooks(ctx: Ctx): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  stack.use(startSender(ctx))
  stack.use(
    await consumeEvents(ctx, {
      name: 'webhooks',
      types: modelEventTypes as readonly string[] as readonly EventType[],
      handle: queueDeliveries,
    }),
  )
  return stack.move()
}
