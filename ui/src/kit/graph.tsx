import {
  Controls,
  Handle,
  MarkerType,
  Position,
  ReactFlow,
  type Edge,
  type Node,
  type NodeProps,
} from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { useMemo, type ReactNode } from 'react'
import { layoutGraph } from './graph-layout.ts'
import type { Tone } from './status.tsx'
import { useTheme } from './theme.ts'
import { useNarrow } from './use-narrow.ts'
import styles from './graph.module.css'

export interface GraphNode {
  readonly id: string
  /** What the node is and its state, read out to screen readers. */
  readonly label: string
  readonly content: ReactNode
  readonly tone: Tone
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly label?: string
  readonly active?: boolean
}

export interface GraphProps {
  readonly label: string
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly selected?: string | undefined
  readonly onSelect?: (id: string) => void
  readonly height?: number
  readonly nodeWidth?: number
  readonly nodeHeight?: number
}

interface BoxData extends Record<string, unknown> {
  readonly content: ReactNode
  readonly tone: Tone
  readonly chosen: boolean
  /** Arrows go from top to bottom. */
  readonly down: boolean
}

type BoxNode = Node<BoxData, 'box'>

function Box({ data }: NodeProps<BoxNode>): ReactNode {
  return (
    <div className={styles['node']} data-tone={data.tone} data-selected={data.chosen}>
      <Handle
        type="target"
        position={data.down ? Position.Top : Position.Left}
        className={styles['handle'] ?? ''}
      />
      {data.content}
      <Handle
        type="source"
        position={data.down ? Position.Bottom : Position.Right}
        className={styles['handle'] ?? ''}
      />
    </div>
  )
}

const nodeTypes = { box: Box }

/** Boxes and arrows, laid out by themselves. Places change only when boxes or arrows do. */
export function Graph(props: GraphProps): ReactNode {
  const { nodes, edges, selected, onSelect } = props
  const width = props.nodeWidth ?? 190
  const height = props.nodeHeight ?? 48
  const down = useNarrow()
  const theme = useTheme()
  const shape = JSON.stringify([
    nodes.map((node) => node.id),
    edges.map((edge) => [edge.from, edge.to]),
  ])
  const places = useMemo(
    () =>
      layoutGraph(
        nodes.map(({ id }) => ({ id, width, height })),
        edges,
        down ? 'TB' : 'LR',
      ),
    [shape, width, height, down],
  )
  const lowest = Math.max(...[...places.values()].map((place) => place.y)) + height
  const frameHeight = Math.min(560, Math.max(props.height ?? 150, lowest + 56))
  const boxes = nodes.map((node): BoxNode => ({
    id: node.id,
    type: 'box',
    position: places.get(node.id) ?? { x: 0, y: 0 },
    width,
    height,
    data: { content: node.content, tone: node.tone, chosen: node.id === selected, down },
    ariaLabel: node.label,
    focusable: true,
    draggable: false,
  }))
  const arrows = edges.map((edge): Edge => ({
    id: `${edge.from}→${edge.to}→${edge.label ?? ''}`,
    source: edge.from,
    target: edge.to,
    animated: edge.active ?? false,
    focusable: false,
    markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14 },
    ...(edge.label === undefined ? {} : { label: edge.label }),
  }))
  return (
    <div
      className={styles['frame']}
      style={{ height: frameHeight }}
      role="group"
      aria-label={props.label}
      onKeyDown={(event) => {
        const id = (event.target as HTMLElement).dataset['id']
        if (id !== undefined && (event.key === 'Enter' || event.key === ' ')) {
          event.preventDefault()
          onSelect?.(id)
        }
      }}
    >
      <ReactFlow
        nodes={boxes}
        edges={arrows}
        nodeTypes={nodeTypes}
        colorMode={theme}
        key={String(down)}
        fitView
        fitViewOptions={{
          maxZoom: 1,
          minZoom: 0.72,
          padding: { x: '12px', top: '10px', bottom: '38px' },
        }}
        minZoom={0.2}
        maxZoom={1.5}
        nodesConnectable={false}
        nodesDraggable={false}
        elementsSelectable={onSelect !== undefined}
        zoomOnScroll={false}
        preventScrolling={false}
        onNodeClick={(_event, node) => onSelect?.(node.id)}
      >
        <Controls showInteractive={false} position="bottom-left" orientation="horizontal" />
      </ReactFlow>
    </div>
  )
}
