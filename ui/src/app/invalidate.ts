import type { QueryClient } from '@tanstack/react-query'
import { onLiveEvent } from '../api/live.ts'

/** Which queries an event makes old, by the first word of its type. */
const keysOf: Readonly<Record<string, readonly string[]>> = {
  automl: ['searches', 'runs'],
  gates: ['evaluations', 'models'],
  jobs: ['jobs', 'job-runs', 'edges'],
  monitoring: ['monitors'],
  registry: ['models', 'requests', 'audit', 'webhooks'],
  serving: ['endpoints', 'tables'],
  tables: ['tables'],
  tracking: ['runs', 'experiments'],
}

const delayMs = 300

/** Refreshes what an event touched; a burst of events is one refresh. */
export function invalidateOnEvents(client: QueryClient): void {
  const waiting = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  onLiveEvent((event) => {
    for (const key of keysOf[event.type.split('.')[0] ?? ''] ?? []) waiting.add(key)
    if (timer !== undefined || waiting.size === 0) return
    timer = setTimeout(() => {
      timer = undefined
      const keys = [...waiting]
      waiting.clear()
      for (const key of keys) void client.invalidateQueries({ queryKey: [key] })
    }, delayMs)
  })
}
