import { TriggerType } from '../types.ts'
import type { Decision, TriggerKind, TriggerState } from './contract.ts'
import { debounce, debounced, pendingOf } from './debounce.ts'
import type { FileArrival } from './schemas.ts'

const mostNamed = 100

/** Runs when files that were never there before are found in a folder; `file-watch.ts` looks. */
export const fileArrivalTrigger: TriggerKind<FileArrival> = {
  arm: () => ({ nextAt: null, state: {} }),
  due: (spec, state, { now }) =>
    debounced(spec, state, { now, type: TriggerType.FileArrival, why: 'New files have arrived' }),
}

/** New files, by their paths below the folder. */
export function filesArrived(
  spec: FileArrival,
  state: TriggerState,
  found: { readonly now: number; readonly files: readonly string[] },
): Decision {
  const before = (pendingOf(state)['files'] ?? []) as readonly string[]
  const files = [...before, ...found.files].slice(0, mostNamed)
  const why = `${found.files.length} new file(s) in ${spec.url}, such as ${found.files[0]}`
  const pending = { location: spec.url, files }
  return debounce(spec, state, { now: found.now, pending, type: TriggerType.FileArrival, why })
}
