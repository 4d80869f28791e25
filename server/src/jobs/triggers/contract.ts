import type { ForeignEvent, ForeignType } from '../foreign-events.ts'
import type { TriggerType } from '../types.ts'

/** What a trigger remembers between two looks at it; plain JSON. */
export type TriggerState = Readonly<Record<string, unknown>>

/** What was decided about a trigger. Absent fields stay as they were. */
export interface Decision {
  readonly state?: TriggerState
  /** When to look again (epoch ms); null for only when something happens. */
  readonly nextAt?: number | null
  /** Starts a run. */
  readonly fire?: {
    readonly type: TriggerType
    readonly why: string
    readonly info: Readonly<Record<string, unknown>>
    /** The instant of the schedule that the run is for. */
    readonly logicalAt?: Date
  }
  /** Why it did not start one, although something happened. */
  readonly notFired?: string
}

/** One kind of trigger: pure decisions, from its settings, its state and the time. */
export interface TriggerKind<Spec> {
  /** When it is created, changed or unpaused. */
  readonly arm: (spec: Spec, now: number) => Decision
  /** The time that it asked for has come. */
  readonly due?: (spec: Spec, state: TriggerState, at: Due) => Decision
  /** Events of other rooms that it listens to. */
  readonly events?: readonly ForeignType[]
  /** Undefined when the event is about something else. */
  readonly happened?: (spec: Spec, state: TriggerState, event: Happened) => Decision | undefined
}

export interface Due {
  readonly now: number
  /** The time that it had asked for. */
  readonly dueAt: number
}

export interface Happened {
  readonly now: number
  readonly event: ForeignEvent
}
