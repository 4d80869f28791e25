import { Graph, layout } from '@dagrejs/dagre'
import { layoutLayers } from './layered-layout.ts'
import type { LayoutEdge, LayoutNode, Position } from './layout-types.ts'

/** Beyond this the nicer layout takes seconds. */
const mostForDagre = 120

/** Where each node's upper left corner is, in layers along the arrows. */
export function layoutGraph(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  direction: 'LR' | 'TB',
): ReadonlyMap<string, Position> {
  if (nodes.length > mostForDagre) return layoutLayers(nodes, edges, direction)
  const graph = new Graph()
  graph.setGraph({ rankdir: direction, nodesep: 16, ranksep: 24, marginx: 4, marginy: 4 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height })
  const known = new Set(nodes.map((node) => node.id))
  for (const { from, to } of edges) {
    if (known.has(from) && known.has(to)) graph.setEdge(from, to)
  }
  layout(graph)
  return new Map(
    nodes.map(({ id, width, height }) => {
      const { x = 0, y = 0 } = graph.node(id) as Partial<Position>
      return [id, { x: x - width / 2, y: y - height / 2 }]
    }),
  )
}
