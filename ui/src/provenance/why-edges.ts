import type { Edge } from './use-edges.ts'
import type { Why } from './use-why.ts'

/** What led to a version and what came of it, as arrows. */
export function whyEdges(why: Why): Edge[] {
  const edges: Edge[] = []
  const add = (kind: string, from: string, to: string) => edges.push({ kind, from, to })
  for (const attempt of why.attempts) {
    const node = `attempt:${attempt.attempt}`
    for (const table of attempt.read) add('READ', node, table)
    for (const table of attempt.wrote) add('WROTE', node, table)
  }
  const [training] = why.attempts
  if (why.run !== null) {
    const run = `run:${why.run.run_id}`
    if (training !== undefined) add('LOGGED', `attempt:${training.attempt}`, run)
    add('REGISTERED', run, why.node)
  }
  for (const { action, by } of why.decisions) {
    if (/approved|rejected/.test(action)) {
      add(action.includes('approved') ? 'APPROVED' : 'REJECTED', `user:${by}`, why.node)
    }
  }
  for (const { endpoint } of why.live_at) add('SERVED', why.node, `endpoint:${endpoint}`)
  for (const { table } of why.scored) add('SCORED', why.node, `table:${table}`)
  return edges
}
