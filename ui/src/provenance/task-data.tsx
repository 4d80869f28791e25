import type { ReactNode } from 'react'
import { KeyValues, Panel, type Fact } from '../kit/page.tsx'
import { EmptyState, Loaded, SkeletonBlock } from '../kit/states.tsx'
import { NodeLink } from './node-link.tsx'
import { useEdges, type Edge } from './use-edges.ts'

const words: Readonly<Record<string, string>> = {
  READ: 'Read',
  WROTE: 'Wrote',
  LOGGED: 'Logged run',
  USED_CODE: 'Code',
  USED_ENVIRONMENT: 'Environment',
}

/** The tables a task's attempt read and wrote, its environment and its code, as recorded. */
export function TaskData({ attempt }: { readonly attempt: string }): ReactNode {
  const node = `attempt:${attempt}`
  const query = useEdges(node)
  return (
    <Loaded query={query} what="load what the task read and wrote" skeleton={<SkeletonBlock />}>
      {(edges) => {
        const facts = factsOf(edges, node)
        return facts.length === 0 ? (
          <EmptyState icon="table" title="It read and wrote no tables">
            Tables, environments and code are recorded at the moment a task uses them.
          </EmptyState>
        ) : (
          <Panel>
            <KeyValues facts={facts} />
          </Panel>
        )
      }}
    </Loaded>
  )
}

function factsOf(edges: readonly Edge[], node: string): Fact[] {
  return Object.entries(words).flatMap(([kind, name]) => {
    const found = edges.filter((edge) => edge.kind === kind && edge.from === node)
    if (found.length === 0) return []
    const value = found.map((edge) => (
      <div key={edge.to}>
        <NodeLink node={edge.to} />
      </div>
    ))
    return [{ name, value }]
  })
}
