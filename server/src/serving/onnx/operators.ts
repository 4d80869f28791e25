/** The operators that tabular models are made of, each for one row; see https://onnx.ai/onnx/operators. */
import { ElementType, type Attribute, type Node } from './graph-file.ts'
import { newSlot, numbersOf, rounding, type Operator, type Slot } from './operator.ts'
import { predictors } from './predictors.ts'

export const operators: Readonly<Record<string, Operator>> = {
  Identity: (_node, [input]) => input && { outputs: [input], step: () => {} },
  Reshape: reshape,
  Split: split,
  Concat: concat,
  Cast: cast,
  IsNaN: (_node, inputs) => map(inputs, ElementType.Bool, (x) => (Number.isNaN(x) ? 1 : 0)),
  Where: where,
  Add: (_node, inputs) => combine(inputs, (a, b) => a + b),
  Sub: (_node, inputs) => combine(inputs, (a, b) => a - b),
  Mul: (_node, inputs) => combine(inputs, (a, b) => a * b),
  Div: (_node, inputs) => combine(inputs, (a, b) => a / b),
  Sum: sum,
  Imputer: impute,
  Scaler: scale,
  OneHotEncoder: encodeOneHot,
  LabelEncoder: encodeLabel,
  ...predictors,
}

function isRowAxis(axis: Attribute | undefined): boolean {
  return axis?.number === 1 || axis?.number === -1
}

// A row keeps its values, in the same order: [-1, width].
function reshape(_node: Node, [input, shape]: readonly Slot[]): ReturnType<Operator> {
  if (!input || shape?.cells.length !== 2) return undefined
  const [rows, width] = shape.cells
  if (rows !== -1 || width !== input.cells.length) return undefined
  return { outputs: [input], step: () => {} }
}

function split(node: Node, [input, sizes]: readonly Slot[]): ReturnType<Operator> {
  if (!input || sizes || !isRowAxis(node.attributes.get('axis'))) return undefined
  const count = node.outputs.length
  if (input.cells.length !== count) return undefined
  // A view for each column: nothing moves.
  const outputs = node.outputs.map((_name, i) => ({
    type: input.type,
    cells: input.cells.subarray(i, i + 1),
  }))
  return { outputs, step: () => {} }
}

function concat(node: Node, inputs: readonly Slot[]): ReturnType<Operator> {
  const [first] = inputs
  if (!first || !isRowAxis(node.attributes.get('axis'))) return undefined
  const output = newSlot(
    first.type,
    inputs.reduce((width, { cells }) => width + cells.length, 0),
  )
  return {
    outputs: [output],
    step() {
      let next = 0
      for (const { cells } of inputs) {
        for (const cell of cells) {
          output.cells[next] = cell
          next += 1
        }
      }
    },
  }
}

function cast(node: Node, inputs: readonly Slot[]): ReturnType<Operator> {
  const to = node.attributes.get('to')?.number
  switch (to) {
    case ElementType.Float:
      return map(inputs, to, Math.fround)
    case ElementType.Double:
      return map(inputs, to, (x) => x)
    case ElementType.Int64:
    case ElementType.Int32:
      return map(inputs, to, Math.trunc)
    case undefined:
    default:
      return undefined
  }
}

function map(
  [input]: readonly Slot[],
  type: number,
  change: (cell: number) => number,
): ReturnType<Operator> {
  if (!input) return undefined
  const output = newSlot(type, input.cells.length)
  return {
    outputs: [output],
    step() {
      for (let i = 0; i < input.cells.length; i += 1) output.cells[i] = change(input.cells[i] ?? 0)
    },
  }
}

function combine(
  [left, right]: readonly Slot[],
  of: (a: number, b: number) => number,
): ReturnType<Operator> {
  if (!left || !right || left.type !== right.type) return undefined
  const width = left.cells.length
  const isSpread = right.cells.length === 1
  if (right.cells.length !== width && !isSpread) return undefined
  const round = rounding(left.type)
  const output = newSlot(left.type, width)
  return {
    outputs: [output],
    step() {
      for (let i = 0; i < width; i += 1) {
        output.cells[i] = round(of(left.cells[i] ?? 0, right.cells[isSpread ? 0 : i] ?? 0))
      }
    },
  }
}

function where(_node: Node, [condition, yes, no]: readonly Slot[]): ReturnType<Operator> {
  if (!condition || !yes || !no) return undefined
  const width = condition.cells.length
  if (no.cells.length !== width || yes.cells.length !== width) return undefined
  const output = newSlot(yes.type, yes.cells.length)
  return {
    outputs: [output],
    step() {
      for (const [i, cell] of condition.cells.entries()) {
        output.cells[i] = (cell === 0 ? no : yes).cells[i] ?? 0
      }
    },
  }
}

function impute(node: Node, [input]: readonly Slot[]): ReturnType<Operator> {
  const fills = numbersOf(node, 'imputed_value_floats')
  const replaced = node.attributes.get('replaced_value_float')?.number
  if (!input || replaced === undefined || fills.length !== input.cells.length) return undefined
  const output = newSlot(input.type, input.cells.length)
  const isReplaced = Number.isNaN(replaced)
    ? (cell: number) => Number.isNaN(cell)
    : (cell: number) => cell === replaced
  return {
    outputs: [output],
    step() {
      for (let i = 0; i < fills.length; i += 1) {
        const cell = input.cells[i] ?? 0
        output.cells[i] = isReplaced(cell) ? (fills[i] ?? 0) : cell
      }
    },
  }
}

function scale(node: Node, [input]: readonly Slot[]): ReturnType<Operator> {
  const offsets = numbersOf(node, 'offset')
  const factors = numbersOf(node, 'scale')
  const width = input?.cells.length
  if (!input || offsets.length !== width || factors.length !== width) return undefined
  const output = newSlot(ElementType.Float, input.cells.length)
  return {
    outputs: [output],
    step() {
      for (let i = 0; i < factors.length; i += 1) {
        const moved = Math.fround(Math.fround(input.cells[i] ?? 0) - (offsets[i] ?? 0))
        output.cells[i] = Math.fround(moved * (factors[i] ?? 1))
      }
    },
  }
}

function encodeOneHot(node: Node, [input]: readonly Slot[]): ReturnType<Operator> {
  const categories = numbersOf(node, 'cats_int64s')
  const isLenient = node.attributes.get('zeros')?.number === 1
  if (!input || input.cells.length !== 1 || categories.length === 0 || !isLenient) return undefined
  const output = newSlot(ElementType.Float, categories.length)
  return {
    outputs: [output],
    step() {
      const code = input.cells[0]
      for (let i = 0; i < categories.length; i += 1)
        output.cells[i] = categories[i] === code ? 1 : 0
    },
  }
}

function encodeLabel(node: Node, [input]: readonly Slot[]): ReturnType<Operator> {
  const keys = numbersOf(node, 'keys_int64s')
  const floats = numbersOf(node, 'values_floats')
  const values = floats.length > 0 ? floats : numbersOf(node, 'values_int64s')
  if (!input || keys.length === 0 || keys.length !== values.length) return undefined
  const isFloat = values === floats
  const name = isFloat ? 'default_float' : 'default_int64'
  const other = node.attributes.get(name)?.number ?? (isFloat ? -0 : -1)
  const labels = new Map(keys.map((key, i) => [key, values[i] ?? 0]))
  const type = isFloat ? ElementType.Float : ElementType.Int64
  return map([input], type, (cell) => labels.get(cell) ?? other)
}

function sum(_node: Node, inputs: readonly Slot[]): ReturnType<Operator> {
  const [first] = inputs
  const isEven = inputs.every(
    ({ type, cells }) => type === first?.type && cells.length === first.cells.length,
  )
  if (!first || !isEven) return undefined
  const round = rounding(first.type)
  const output = newSlot(first.type, first.cells.length)
  return {
    outputs: [output],
    step() {
      output.cells.fill(0)
      for (const { cells } of inputs) {
        for (let i = 0; i < cells.length; i += 1) {
          output.cells[i] = round((output.cells[i] ?? 0) + (cells[i] ?? 0))
        }
      }
    },
  }
}
