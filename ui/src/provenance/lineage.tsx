import { useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import type { GraphEdge, GraphNode } from '../kit/graph.tsx'
import { Icon } from '../kit/icons.tsx'
import { LazyGraph } from '../kit/lazy-graph.tsx'
import { EmptyState, Loaded, SkeletonBlock } from '../kit/states.tsx'
import type { Tone } from '../kit/status.tsx'
import { NodeLink } from './node-link.tsx'
import { lookOfNode } from './nodes.ts'
import { useWhy, type Edge } from './use-why.ts'
import styles from './lineage.module.css'

const words: Readonly<Record<string, string>> = {
  READ: 'read',
  WROTE: 'wrote',
  USED_ENVIRONMENT: 'ran in',
  USED_CODE: 'ran',
  PART_OF: 'is part of',
  LOGGED: 'logged',
  TRAINED: 'trained',
  REGISTERED: 'was registered as',
  CHECKED: 'checked',
  APPROVED: 'approved',
  REJECTED: 'rejected',
  SERVED: 'is served by',
  SCORED: 'scored',
}

/** Facts whose arrow points against time: what was read comes before its reader. */
const backwards = new Set(['READ', 'USED_ENVIRONMENT', 'USED_CODE', 'PART_OF'])

const tones: Readonly<Record<string, Tone>> = {
  model: 'ok',
  user: 'warn',
  decision: 'warn',
  endpoint: 'run',
}

/** Everything that led to a thing and what came of it, as a graph and as a list of recorded facts. */
export function Lineage({ node }: { readonly node: string }): ReactNode {
  const query = useWhy(node)
  return (
    <Loaded query={query} what="load the lineage" skeleton={<SkeletonBlock height={320} />}>
      {(why) => {
        const edges = why.edges ?? []
        return edges.length === 0 ? (
          <EmptyState icon="graph" title="Nothing is recorded yet">
            Lineage is recorded at the moment something is read, written, trained, approved or
            served.
          </EmptyState>
        ) : (
          <LineageBody node={node} edges={edges} />
        )
      }}
    </Loaded>
  )
}

function LineageBody({
  node,
  edges,
}: {
  readonly node: string
  readonly edges: readonly Edge[]
}): ReactNode {
  const navigate = useNavigate()
  const nodes = useMemo(() => graphNodes(edges), [edges])
  const arrows = useMemo(() => edges.map(toArrow), [edges])
  const open = (id: string) => {
    const { to } = lookOfNode(id)
    if (to !== undefined) void navigate({ to })
  }
  return (
    <div className={styles['stack']}>
      <LazyGraph
        label="Lineage"
        nodes={nodes}
        edges={arrows}
        selected={node}
        onSelect={open}
        nodeWidth={176}
      />
      <DataTable
        label="Recorded facts"
        rows={edges}
        columns={columns}
        rowId={(edge) => `${edge.from} ${edge.kind} ${edge.to}`}
      />
    </div>
  )
}

function graphNodes(edges: readonly Edge[]): GraphNode[] {
  const ids = [...new Set(edges.flatMap((edge) => [edge.from, edge.to]))]
  return ids.map((id) => {
    const look = lookOfNode(id)
    return {
      id,
      label: `${look.kind} ${look.name}`,
      tone: tones[look.kind] ?? 'accent',
      content: (
        <>
          <span className={styles['kind']}>
            <Icon name={look.icon} size={12} /> {look.kind}
          </span>
          <span className="nowrap">{look.name}</span>
        </>
      ),
    }
  })
}

function toArrow(edge: Edge): GraphEdge {
  return backwards.has(edge.kind)
    ? { from: edge.to, to: edge.from }
    : { from: edge.from, to: edge.to }
}

const columns: readonly Column<Edge>[] = [
  {
    id: 'from',
    header: 'What',
    width: 280,
    value: (edge) => edge.from,
    cell: (edge) => <NodeLink node={edge.from} />,
  },
  {
    id: 'kind',
    header: 'Did',
    width: 150,
    value: (edge) => words[edge.kind] ?? edge.kind.toLowerCase(),
  },
  {
    id: 'to',
    header: 'To what',
    value: (edge) => edge.to,
    cell: (edge) => <NodeLink node={edge.to} />,
  },
]
