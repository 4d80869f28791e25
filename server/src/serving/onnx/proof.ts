/**
 * Holds a program against onnxruntime before it may answer: rows made from the graph's own
 * constants, their neighbours, missing values and unknown codes, the same ones every time.
 */
import type { ModelInput } from './frames.ts'
import { ElementType, type Graph } from './graph-file.ts'

const rows = 400
/** Of a probability, or relative to a value; a conversion itself is allowed ten times as much. */
const tolerance = 1e-5

export function proofInput(graph: Graph): ModelInput {
  const draw = generator(20_260_101)
  const limits = constantsOf(graph)
  const pick = () => limits[Math.floor(draw() * limits.length)] ?? 0
  const number = (): number => {
    const kind = draw()
    if (kind < 0.1) return Number.NaN
    if (kind < 0.4) return pick()
    if (kind < 0.7) return pick() + (draw() - 0.5) * 2
    if (kind < 0.85) return Math.floor(draw() * 12)
    return (draw() - 0.5) * 200
  }
  const code = () => Math.floor(draw() * 40)
  const widthOf = (name: string) => graph.inputs.find((input) => input.name === name)?.width ?? 0
  const [numbers, codes] = [widthOf('numbers'), widthOf('codes')]
  const isDouble = graph.inputs.some(({ type }) => type === ElementType.Double)
  const cells = Array.from({ length: rows * numbers }, number)
  return {
    rows,
    numbers:
      numbers === 0
        ? undefined
        : { data: isDouble ? new Float64Array(cells) : new Float32Array(cells), width: numbers },
    codes:
      codes === 0
        ? undefined
        : { data: Int32Array.from({ length: rows * codes }, code), width: codes },
  }
}

/** What a row may be compared with: limits of branches, fills, offsets. */
function constantsOf(graph: Graph): number[] {
  const names = ['nodes_values', 'nodes_values_as_tensor', 'imputed_value_floats', 'offset']
  const found = graph.nodes.flatMap(({ attributes }) =>
    names.flatMap((name) => attributes.get(name)?.numbers ?? []),
  )
  return found.length === 0 ? [0] : found
}

export function isSame(expected: Float32Array, found: Float32Array): boolean {
  return (
    expected.length === found.length &&
    expected.every((value, i) => {
      const other = found[i] ?? Number.NaN
      if (Number.isNaN(value)) return Number.isNaN(other)
      return Math.abs(value - other) <= tolerance * Math.max(1, Math.abs(value))
    })
  )
}

/** Numbers from 0 up to 1 (mulberry32). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
