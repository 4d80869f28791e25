/**
 * Events of rooms that this one may not import, by the names and payloads that they promise. This
 * is the one place that trusts them.
 */
import {
  consumeEvents,
  listEvents,
  type Ctx,
  type EventType,
  type PlatformEvent,
} from '../core/index.ts'

interface ForeignPayloads {
  'tables.committed': {
    readonly table: string
    readonly version: number
    readonly operation: string
    readonly rows: number
  }
  'registry.model_created': { readonly name: string }
  'registry.version_created': { readonly name: string; readonly version: number }
  'registry.alias_set': {
    readonly name: string
    readonly alias: string
    readonly version: number
  }
  'registry.version_stage_changed': {
    readonly name: string
    readonly version: number
    readonly from: string
    readonly to: string
    readonly comment?: string | null
  }
  'registry.request_rejected': {
    readonly name: string
    readonly version: number
    readonly stage: string
    readonly comment?: string | null
  }
  'monitoring.alert': {
    readonly monitor: string
    readonly table: string
    readonly column: string
    readonly metric: string
    readonly value: number
    readonly limit: number
  }
}
export type ForeignType = keyof ForeignPayloads

export type ForeignEvent = {
  [Type in ForeignType]: {
    readonly type: Type
    readonly payload: ForeignPayloads[Type]
    readonly principal: string
    readonly createdAt: Date
  }
}[ForeignType]

function asForeign(event: PlatformEvent): ForeignEvent {
  return event as unknown as ForeignEvent
}

/** Like `consumeEvents`, for events of other rooms. */
export async function consumeForeign(
  ctx: Ctx,
  consumer: {
    readonly name: string
    readonly types: readonly ForeignType[]
    readonly handle: (tx: Ctx, event: ForeignEvent) => Promise<void>
  },
): Promise<AsyncDisposable> {
  return consumeEvents(ctx, {
    name: consumer.name,
    types: consumer.types as readonly string[] as readonly EventType[],
    handle: (tx, event) => consumer.handle(tx, asForeign(event)),
  })
}

const pageSize = 1000

/** Every event of these types so far, oldest first. */
export async function listForeign(
  ctx: Ctx,
  types: readonly ForeignType[],
): Promise<ForeignEvent[]> {
  const found: ForeignEvent[] = []
  let after = 0
  for (;;) {
    const page = await listEvents(ctx.db, {
      after,
      limit: pageSize,
      types: types as readonly string[] as readonly EventType[],
    })
    found.push(...page.map(asForeign))
    if (page.length < pageSize) return found
    after = page.at(-1)?.seq ?? after
  }
}
