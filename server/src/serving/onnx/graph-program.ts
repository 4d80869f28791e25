/**
 * Runs the graphs that tabular models are converted to, without onnxruntime.
 *
 * Every operator here works on one row at a time, so a program is a list of steps over one buffer a
 * value, made once and used again for every row. A graph with any other operator, or one of these
 * used in another way, has no program.
 */
import type { Matrix, ModelInput } from './frames.ts'
import { ElementType, type Graph, type Node } from './graph-file.ts'
import { newSlot, type Slot, type Step } from './operator.ts'
import { operators } from './operators.ts'

export type Program = (input: ModelInput) => Float32Array

/** Undefined when the graph needs more than these operators. */
export function makeProgram(graph: Graph): Program | undefined {
  const slots = new Map<string, Slot>()
  for (const [name, { type, values }] of graph.constants) {
    slots.set(name, { type, cells: Float64Array.from(values) })
  }
  const feeds: Feed[] = []
  for (const { name, type, width } of graph.inputs) {
    if (width === undefined || (name !== 'numbers' && name !== 'codes')) return undefined
    const slot = newSlot(type, width)
    slots.set(name, slot)
    feeds.push({ name, cells: slot.cells })
  }
  const steps = planSteps(graph.nodes, slots)
  const output = slots.get(graph.output)
  if (!steps || output?.type !== ElementType.Float) return undefined
  return (input) => runRows({ feeds, steps, output: output.cells }, input)
}

function planSteps(nodes: readonly Node[], slots: Map<string, Slot>): Step[] | undefined {
  const steps: Step[] = []
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => slots.get(name))
    if (!inputs.every((slot) => slot !== undefined)) return undefined
    const planned = operators[node.op]?.(node, inputs)
    if (!planned) return undefined
    steps.push(planned.step)
    for (const [i, name] of node.outputs.entries()) {
      const slot = planned.outputs[i]
      if (slot) slots.set(name, slot)
    }
  }
  return steps
}

interface Feed {
  readonly name: 'numbers' | 'codes'
  readonly cells: Float64Array
}

interface Plan {
  readonly feeds: readonly Feed[]
  readonly steps: readonly Step[]
  readonly output: Float64Array
}

function runRows({ feeds, steps, output }: Plan, input: ModelInput): Float32Array {
  const answer = new Float32Array(input.rows * output.length)
  const sources = feeds.map(({ name, cells }) => ({
    cells,
    data: dataOf(input[name], cells.length),
  }))
  for (let row = 0; row < input.rows; row += 1) {
    for (const { cells, data } of sources) {
      const start = row * cells.length
      for (let i = 0; i < cells.length; i += 1) cells[i] = data[start + i] ?? 0
    }
    for (const step of steps) step()
    answer.set(output, row * output.length)
  }
  return answer
}

function dataOf(
  matrix: Matrix<Float32Array | Float64Array | Int32Array> | undefined,
  width: number,
): Float32Array | Float64Array | Int32Array {
  if (matrix && (matrix.width === width || matrix.data.length === 0)) return matrix.data
  throw new Error(`the model takes ${width} values a row and was given ${matrix?.width ?? 0}`)
}
