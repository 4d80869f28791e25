import { TriggerType } from '../types.ts'
import type { TriggerKind } from './contract.ts'
import { debounce, debounced, pendingOf, type DebounceSpec } from './debounce.ts'
import type { AlertTrigger } from './schemas.ts'

/** Alerts of one refresh come together and start one run. */
const quietSeconds = 1

/** Runs when a monitor raises an alert. */
export const alertTrigger: TriggerKind<AlertTrigger> = {
  arm: () => ({ nextAt: null, state: {} }),
  events: ['monitoring.alert'],
  happened: (spec, state, { now, event }) => {
    if (event.type !== 'monitoring.alert') return undefined
    const { monitor, table, column, metric, value, limit } = event.payload
    const names = spec.monitor_names ?? []
    if (names.length > 0 && !names.includes(monitor)) return undefined
    const before = (pendingOf(state)['alerts'] ?? []) as readonly unknown[]
    const pending = { monitor, table, alerts: [...before, { column, metric, value, limit }] }
    const why = `Monitor ${monitor}: ${metric} of ${column} in ${table} is ${value}, over ${limit}`
    return debounce(withQuiet(spec), state, { now, pending, type: TriggerType.Alert, why })
  },
  due: (spec, state, { now }) => {
    const monitor = String(pendingOf(state)['monitor'])
    const why = `Monitor ${monitor} raised an alert`
    return debounced(withQuiet(spec), state, { now, type: TriggerType.Alert, why })
  },
}

function withQuiet(spec: AlertTrigger): DebounceSpec {
  return { wait_after_last_change_seconds: quietSeconds, ...spec }
}
