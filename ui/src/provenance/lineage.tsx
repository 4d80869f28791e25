import { useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import type { GraphEdge, GraphNode } from '../kit/graph.tsx'
import { Icon } from '../kit/icons.tsx'
import { LazyGraph } from '../kit/lazy-graph.tsx'
import { EmptyState, Loaded, SkeletonBlock } from '../kit/states.tsx'
import type { Tone } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { edgeWord, pointsBack } from './edge-words.ts'
import { NodeLink } from './node-link.tsx'
import { lookOfNode } from './nodes.ts'
import { useEdges, type Edge } from './use-edges.ts'
import styles from './lineage.module.css'

const tones: Readonly<Record<string, Tone>> = {
  model: 'ok',
  user: 'warn',
  decision: 'warn',
  endpoint: 'run',
}

/** What one thing used and made, and what used and made it: a graph, then the recorded facts. */
export function Lineage({ node }: { readonly node: string }): ReactNode {
  const query = useEdges(node)
  return (
    <Loaded query={query} what="load the lineage" skeleton={<SkeletonBlock height={240} />}>
      {(edges) =>
        edges.length === 0 ? (
          <EmptyState icon="graph" title="Nothing is recorded about it">
            Lineage is recorded at the moment a task reads, writes, trains, approves or serves. What
            was made outside a task has none.
          </EmptyState>
        ) : (
          <div className={styles['stack']}>
            <EdgeGraph edges={edges} selected={node} />
            <DataTable
              label="Recorded facts"
              rows={edges}
              columns={columns}
              rowId={(edge) => `${edge.from} ${edge.kind} ${edge.to}`}
            />
          </div>
        )
      }
    </Loaded>
  )
}

/** Recorded facts as boxes and arrows in the direction of time; a box leads to its page. */
export function EdgeGraph({
  edges,
  selected,
  names = new Map(),
}: {
  readonly edges: readonly Edge[]
  readonly selected: string
  /** Better names than a node's own, for example of tasks. */
  readonly names?: ReadonlyMap<string, string>
}): ReactNode {
  const navigate = useNavigate()
  const nodes = useMemo(() => graphNodes(edges, names), [edges, names])
  const arrows = useMemo(() => edges.map(toArrow), [edges])
  const open = (id: string) => {
    const { to } = lookOfNode(id)
    if (to !== undefined) void navigate({ to })
  }
  return (
    <LazyGraph
      label="Lineage"
      nodes={nodes}
      edges={arrows}
      selected={selected}
      onSelect={open}
      nodeWidth={172}
    />
  )
}

function graphNodes(edges: readonly Edge[], names: ReadonlyMap<string, string>): GraphNode[] {
  const ids = [...new Set(edges.flatMap((edge) => [edge.from, edge.to]))]
  return ids.map((id) => {
    const look = lookOfNode(id)
    const name = names.get(id) ?? look.name
    const kind = look.kind === 'attempt' ? 'task' : look.kind
    return {
      id,
      label: `${kind} ${name}`,
      tone: tones[look.kind] ?? 'accent',
      content: (
        <>
          <span className={styles['kind']}>
            <Icon name={look.icon} size={12} /> {kind}
          </span>
          <span className="nowrap" title={name}>
            {name}
          </span>
        </>
      ),
    }
  })
}

function toArrow(edge: Edge): GraphEdge {
  return pointsBack(edge.kind) ? { from: edge.to, to: edge.from } : { from: edge.from, to: edge.to }
}

const columns: readonly Column<Edge>[] = [
  {
    id: 'from',
    header: 'What',
    width: 260,
    value: (edge) => edge.from,
    cell: (edge) => <NodeLink node={edge.from} />,
  },
  { id: 'kind', header: 'Did', width: 150, value: (edge) => edgeWord(edge.kind) },
  {
    id: 'to',
    header: 'To what',
    value: (edge) => edge.to,
    cell: (edge) => <NodeLink node={edge.to} />,
  },
  { id: 'by', header: 'As', width: 190, value: (edge) => edge.principal },
  {
    id: 'at',
    header: 'When',
    width: 120,
    value: (edge) => edge.at,
    cell: (edge) => <RelativeTime time={edge.at} />,
  },
]
