/** Trees of ONNX's `TreeEnsembleClassifier` and `TreeEnsembleRegressor`, laid out to be walked fast. */
import type { Node } from './graph-file.ts'

/** Adds up, for one row, what its leaves say. */
export type SumLeaves = (row: Float64Array, sums: Float64Array) => void

export interface Ensemble {
  readonly sumLeaves: SumLeaves
  /** Classes or targets that any leaf speaks of. */
  readonly targets: ReadonlySet<number>
  readonly isPositive: boolean
  readonly trees: number
}

export interface LeafNames {
  readonly trees: string
  readonly nodes: string
  readonly ids: string
  readonly weights: string
}

/** A branch tests `row[feature] <= limit`, or `<` where strict; a missing value goes where it says. */
const Flag = { Strict: 1, MissingIsTrue: 2 } as const
const leaf = -1

/** Undefined when a node does something else than these tests. */
export function layOutTrees(node: Node, names: LeafNames): Ensemble | undefined {
  const list = (name: string) => node.attributes.get(name)?.numbers ?? []
  const valuesOf = (name: string) =>
    list(name).length > 0 ? list(name) : list(`${name}_as_tensor`)
  const modes = node.attributes.get('nodes_modes')?.texts ?? []
  if (modes.some((mode) => !['BRANCH_LEQ', 'BRANCH_LT', 'LEAF'].includes(mode))) return undefined
  const treeIds = list('nodes_treeids')
  const places = placesOf(treeIds, list('nodes_nodeids'))
  const missing = list('nodes_missing_value_tracks_true')
  const children = (name: string) =>
    Int32Array.from(list(name), (id, i) =>
      modes[i] === 'LEAF' ? leaf : (places.get(key(treeIds[i], id)) ?? leaf),
    )
  const yes = children('nodes_truenodeids')
  const no = children('nodes_falsenodeids')
  const leaves = layOutLeaves(places, {
    at: list(names.trees).map((tree, i) => key(tree, list(names.nodes)[i])),
    ids: list(names.ids),
    weights: valuesOf(names.weights),
    nodes: modes.length,
  })
  const below = new Set([...yes, ...no])
  const roots = Int32Array.from([...modes.keys()].filter((i) => !below.has(i)))
  return {
    targets: new Set(list(names.ids)),
    isPositive: valuesOf(names.weights).every((weight) => weight >= 0),
    trees: roots.length,
    sumLeaves: walker({
      roots,
      features: Int32Array.from(list('nodes_featureids'), (feature, i) =>
        modes[i] === 'LEAF' ? leaf : feature,
      ),
      limits: Float64Array.from(valuesOf('nodes_values')),
      flags: Uint8Array.from(
        modes,
        (mode, i) =>
          (mode === 'BRANCH_LT' ? Flag.Strict : 0) | (missing[i] ? Flag.MissingIsTrue : 0),
      ),
      yes,
      no,
      ...leaves,
    }),
  }
}

function placesOf(trees: readonly number[], nodes: readonly number[]): Map<number, number> {
  return new Map(trees.map((tree, i) => [key(tree, nodes[i]), i]))
}

const mostNodes = 2 ** 26

/** One number for a node of a tree; a forest of 4 MB has fewer nodes than that in all its trees. */
function key(tree = 0, node = 0): number {
  return tree * mostNodes + node
}

interface Leaves {
  /** Where a node's weights begin; they end where the next node's do. */
  readonly starts: Int32Array
  readonly ids: Int32Array
  readonly weights: Float64Array
}

interface LeafLists {
  readonly at: readonly number[]
  readonly ids: readonly number[]
  readonly weights: readonly number[]
  readonly nodes: number
}

function layOutLeaves(places: ReadonlyMap<number, number>, lists: LeafLists): Leaves {
  const order = lists.at
    .map((at, i) => ({ place: places.get(at) ?? 0, i }))
    .toSorted((a, b) => a.place - b.place)
  const starts = new Int32Array(lists.nodes + 1)
  for (const { place } of order) starts[place + 1] = (starts[place + 1] ?? 0) + 1
  for (let i = 1; i < starts.length; i += 1) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0)
  return {
    starts,
    ids: Int32Array.from(order, ({ i }) => lists.ids[i] ?? 0),
    weights: Float64Array.from(order, ({ i }) => lists.weights[i] ?? 0),
  }
}

interface Layout extends Leaves {
  readonly roots: Int32Array
  readonly features: Int32Array
  readonly limits: Float64Array
  readonly flags: Uint8Array
  readonly yes: Int32Array
  readonly no: Int32Array
}

// One for each kind of array, so that the engine inlines them.
const int = (cells: Int32Array, at: number): number => cells[at] ?? 0
const float = (cells: Float64Array, at: number): number => cells[at] ?? 0

function walker({ roots, features, limits, flags, yes, no, ...leaves }: Layout): SumLeaves {
  const { starts, ids, weights } = leaves
  const isTrue = (value: number, at: number): boolean => {
    const flag = flags[at] ?? 0
    const limit = float(limits, at)
    if (value < limit) return true
    if (value === limit) return (flag & Flag.Strict) === 0
    return Number.isNaN(value) && (flag & Flag.MissingIsTrue) !== 0
  }
  return (row, sums) => {
    for (const root of roots) {
      let at = root
      for (let feature = int(features, at); feature !== leaf; feature = int(features, at)) {
        at = int(isTrue(float(row, feature), at) ? yes : no, at)
      }
      const end = int(starts, at + 1)
      for (let i = int(starts, at); i < end; i += 1) {
        sums[int(ids, i)] = float(sums, int(ids, i)) + float(weights, i)
      }
    }
  }
}
