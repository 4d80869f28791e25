/** A layout for graphs of thousands of boxes: layers by the longest way in, few crossings, one pass each. */
import type { LayoutEdge, LayoutNode, Position } from './layout-types.ts'

const between = 16
const layersApart = 24
const sweeps = 4

interface Links {
  readonly before: ReadonlyMap<string, readonly string[]>
  readonly after: ReadonlyMap<string, readonly string[]>
}

/**
 * Where each node's upper left corner is. Nodes on a cycle share the last layer. Its cost grows with
 * the nodes and edges, not with their square.
 */
export function layoutLayers(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  direction: 'LR' | 'TB',
): ReadonlyMap<string, Position> {
  const links = linksOf(nodes, edges)
  const layers = ordered(layersOf(nodes, links), links)
  const down = direction === 'TB'
  const sizes = new Map(nodes.map((node) => [node.id, down ? node.width : node.height]))
  const along = places(layers, links, sizes)
  const depth = Math.max(0, ...nodes.map((node) => (down ? node.height : node.width)))
  const found = new Map<string, Position>()
  for (const [level, layer] of layers.entries()) {
    for (const id of layer) {
      const across = level * (depth + layersApart)
      const place = along.get(id) ?? 0
      found.set(id, down ? { x: place, y: across } : { x: across, y: place })
    }
  }
  return found
}

function linksOf(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Links {
  const before = new Map<string, string[]>(nodes.map(({ id }) => [id, []]))
  const after = new Map<string, string[]>(nodes.map(({ id }) => [id, []]))
  for (const { from, to } of edges) {
    if (!before.has(from) || !before.has(to)) continue
    after.get(from)?.push(to)
    before.get(to)?.push(from)
  }
  return { before, after }
}

function layersOf(nodes: readonly LayoutNode[], links: Links): string[][] {
  const level = levelsOf(nodes, links)
  const last = Math.max(0, ...level.values())
  const layers = Array.from({ length: last + 1 }, (): string[] => [])
  for (const { id } of nodes) layers[level.get(id) ?? last]?.push(id)
  return layers
}

/** The longest way in to each node; none for those on a cycle or after one. */
function levelsOf(
  nodes: readonly LayoutNode[],
  { before, after }: Links,
): ReadonlyMap<string, number> {
  const reached = new Map<string, number>()
  const level = new Map<string, number>()
  const ready = nodes.filter(({ id }) => before.get(id)?.length === 0).map(({ id }) => id)
  // The list grows while it is walked.
  for (const id of ready) {
    const own = Math.max(-1, ...(before.get(id) ?? []).map((one) => level.get(one) ?? 0)) + 1
    level.set(id, own)
    for (const next of after.get(id) ?? []) {
      const count = (reached.get(next) ?? 0) + 1
      reached.set(next, count)
      if (count === before.get(next)?.length) ready.push(next)
    }
  }
  return level
}

/** Each layer by the middle of its neighbours' places, forwards and backwards in turn. */
function ordered(layers: readonly string[][], { before, after }: Links): string[][] {
  const place = new Map<string, number>()
  const settle = (layer: readonly string[]) =>
    layer.forEach((id, index) => place.set(id, index / Math.max(1, layer.length - 1)))
  let current = layers.map((layer) => [...layer])
  for (const layer of current) settle(layer)
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const forwards = sweep % 2 === 0
    const near = forwards ? before : after
    const next = forwards ? current : current.toReversed()
    const sorted = next.map((layer) => {
      const wanted = new Map(
        layer.map((id) => [id, mean(near.get(id) ?? [], place) ?? place.get(id) ?? 0]),
      )
      const order = layer.toSorted((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0))
      settle(order)
      return order
    })
    current = forwards ? sorted : sorted.toReversed()
  }
  return current
}

/** As near to the middle of those before as the order allows, so that chains are straight. */
function places(
  layers: readonly string[][],
  { before }: Links,
  sizes: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const place = new Map<string, number>()
  for (const layer of layers) {
    let free = Number.NEGATIVE_INFINITY
    let drift = 0
    for (const id of layer) {
      const size = sizes.get(id) ?? 0
      const wanted = mean(before.get(id) ?? [], place) ?? Math.max(0, free)
      const at = Math.max(wanted, free)
      drift += at - wanted
      place.set(id, at)
      free = at + size + between
    }
    const shift = drift / Math.max(1, layer.length)
    for (const id of layer) place.set(id, (place.get(id) ?? 0) - shift)
  }
  const least = Math.min(0, ...place.values())
  return new Map([...place].map(([id, at]) => [id, at - least]))
}

function mean(ids: readonly string[], place: ReadonlyMap<string, number>): number | undefined {
  if (ids.length === 0) return undefined
  return ids.reduce((sum, id) => sum + (place.get(id) ?? 0), 0) / ids.length
}
