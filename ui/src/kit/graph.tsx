import {
  Controls,
  Handle,
  MarkerType,
  MiniMap,
  Position,
  ReactFlow,
  type Edge,
  type Node,
  type NodeProps,
  type Viewport,
} from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { useMemo, useState, type ReactNode } from 'react'
import { layoutGraph } from './graph-layout.ts'
import type { Position as Position2d } from './layout-types.ts'
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

/** Below this the words in a box cannot be read. */
const leastZoom = 0.72
/** From this on boxes are spots of colour: nobody could read them. */
const farZoom = 0.4
/** Above this only the boxes in sight are in the page. */
const manyNodes = 150

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

/**
 * Where to begin when not everything fits at a size that can be read: with the chosen box in the
 * middle, or else at the end, which is the newest. Undefined when all of it fits.
 */
function startPlace(
  places: ReadonlyMap<string, Position2d>,
  facts: { readonly width: number; readonly room: number; readonly selected: string | undefined },
): Viewport | undefined {
  const { width, room, selected } = facts
  const right = Math.max(...[...places.values()].map((place) => place.x)) + width
  if (right * leastZoom <= room) return undefined
  const zoom = 0.85
  const chosen = selected === undefined ? undefined : places.get(selected)
  const middle = chosen === undefined ? right : chosen.x + width / 2
  const end = Math.min(right + 10, middle + room / 2 / zoom)
  return { x: Math.min(10, room - end * zoom), y: 12, zoom }
}

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
  const [room, setRoom] = useState<number>()
  const [far, setFar] = useState(false)
  const start =
    room === undefined || down ? undefined : startPlace(places, { width, room, selected })
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
      data-far={far}
      style={{ height: frameHeight }}
      ref={(element) => setRoom(element?.clientWidth)}
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
      {room !== undefined && (
        <ReactFlow
          nodes={boxes}
          edges={arrows}
          nodeTypes={nodeTypes}
          colorMode={theme}
          key={String(down)}
          {...(start === undefined ? { fitView: true } : { defaultViewport: start })}
          fitViewOptions={{
            maxZoom: 1,
            minZoom: leastZoom,
            padding: { x: '12px', top: '10px', bottom: '38px' },
          }}
          minZoom={0.05}
          maxZoom={1.5}
          onlyRenderVisibleElements={nodes.length > manyNodes}
          onMove={(_event, { zoom }) => setFar(zoom < farZoom)}
          nodesConnectable={false}
          nodesDraggable={false}
          elementsSelectable={onSelect !== undefined}
          zoomOnScroll={false}
          preventScrolling={false}
          onNodeClick={(_event, node) => onSelect?.(node.id)}
        >
          <Controls showInteractive={false} position="bottom-left" orientation="horizontal" />
          {start !== undefined && (
            <MiniMap<BoxNode>
              pannable
              zoomable
              ariaLabel={`Overview: ${props.label.toLowerCase()}`}
              nodeColor={({ data }) => `var(--${data.tone})`}
              nodeStrokeWidth={0}
              nodeBorderRadius={8}
            />
          )}
        </ReactFlow>
      )}
    </div>
  )
}
