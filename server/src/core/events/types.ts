/**
 * Every event of the platform, by type. A room adds its own by declaration merging:
 *
 *     declare module '../core/events/types.ts' {
 *       interface EventPayloads { 'registry.version_created': { name: string; version: number } }
 *     }
 */
export interface EventPayloads {
  'core.server_started': { readonly version: string }
}

export type EventType = keyof EventPayloads

/** A state change that has happened, written in the transaction that made it happen. */
export interface PlatformEvent<Type extends EventType = EventType> {
  /** Grows by commit order; a consumer's cursor is the last one it has handled. */
  readonly seq: number
  readonly id: string
  readonly type: Type
  /** What it is about, as a lineage node: `model:churn/3`, `table:main.default.x@4`. */
  readonly subject: string
  readonly payload: EventPayloads[Type]
  readonly principal: string
  readonly createdAt: Date
}

export interface NewEvent<Type extends EventType> {
  readonly type: Type
  readonly subject: string
  readonly payload: EventPayloads[Type]
}

/** An event of whichever type, with the payload of that type. */
export type AnyNewEvent = { [Type in EventType]: NewEvent<Type> }[EventType]
