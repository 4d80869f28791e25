import { TriggerType } from '../types.ts'
import type { TriggerKind } from './contract.ts'
import { debounce, debounced, pendingOf } from './debounce.ts'
import type { TableUpdate } from './schemas.ts'

const firing = { type: TriggerType.Table, why: 'Its tables were updated' } as const

/** Runs when tables get a new version: any of them, or all of them since the last run. */
export const tableUpdateTrigger: TriggerKind<TableUpdate> = {
  arm: () => ({ nextAt: null, state: {} }),
  events: ['tables.committed'],
  happened: (spec, state, { now, event }) => {
    if (event.type !== 'tables.committed') return undefined
    const { table, version } = event.payload
    if (!spec.table_names.some((name) => fullName(name) === table)) return undefined
    const versions = { ...readVersions(pendingOf(state)), [table]: version }
    const pending = { updated_tables: Object.keys(versions), versions }
    const missing = spec.table_names.filter((name) => !(fullName(name) in versions))
    if (spec.condition === 'ALL_UPDATED' && missing.length > 0) {
      return {
        state: { ...state, pending, changed_at: now },
        notFired: `${table} was updated; still waiting for ${missing.join(', ')}`,
      }
    }
    const why = `${table} was updated to version ${version}`
    return debounce(spec, state, { now, pending, type: firing.type, why })
  },
  due: (spec, state, { now }) => debounced(spec, state, { now, ...firing }),
}

function readVersions(pending: Readonly<Record<string, unknown>>): Record<string, number> {
  return { ...(pending['versions'] as Record<string, number> | undefined) }
}

/** `x` and `default.x` mean `main.default.x`. */
function fullName(name: string): string {
  const parts = name.split('.')
  return ['main', 'default']
    .slice(0, Math.max(0, 3 - parts.length))
    .concat(parts)
    .join('.')
}
