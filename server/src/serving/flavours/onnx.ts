import { Batcher } from '../batcher.ts'
import type { OnnxConversion } from '../conversion.ts'
import { servingErrors } from '../errors.ts'
import type { BoundRows, Row } from '../input-plan.ts'
import type { Matrix, ModelInput } from '../onnx/frames.ts'
import { openOnnxModel } from '../onnx/onnx-model.ts'
import { FlavourKind, type Flavour, type Scores } from './flavour.ts'

export interface OpenOnnxInput {
  /** Named in errors: `churn/3`. */
  readonly model: string
  /** Path of the converted graph. */
  readonly path: string
  readonly conversion: OnnxConversion
  /** Columns in signature order; undefined where the model takes a matrix. */
  readonly columns: readonly string[] | undefined
}

/** Runs a converted model: as a program in this process, or in the model process. */
export async function openOnnx(input: OpenOnnxInput): Promise<Flavour> {
  const model = await openOnnxModel(input.model, input.path)
  const encode = planEncoding(input)
  const outputs = planOutputs(input.conversion.output)
  const run = async (rows: readonly Row[]): Promise<Output> =>
    readOutput(await model.run(encode(rows)), rows.length)
  const checkMissing = planMissingCheck(input)
  const batcher = new Batcher({ run: async (rows) => outputs.predict(await run(rows)) })
  return {
    kind: FlavourKind.Onnx,
    predictionType: typeOfClasses(input.conversion.output.classes),
    async predict(bound) {
      checkMissing(bound)
      return batcher.submit(bound.rows)
    },
    async score(bound) {
      checkMissing(bound)
      return outputs.score(await run(bound.rows))
    },
    async [Symbol.asyncDispose]() {
      await batcher[Symbol.asyncDispose]()
      await model[Symbol.asyncDispose]()
    },
  }
}

function typeOfClasses(classes: readonly unknown[] | null): Flavour['predictionType'] {
  if (classes === null) return 'double'
  if (classes.every((value) => typeof value === 'string')) return 'string'
  if (classes.every((value) => typeof value === 'boolean')) return 'boolean'
  return classes.every((value) => Number.isInteger(value)) ? 'bigint' : 'double'
}

interface Output {
  readonly data: Float32Array
  readonly rows: number
  /** Values per row. */
  readonly width: number
}

function readOutput(data: Float32Array, rows: number): Output {
  return { data, rows, width: rows === 0 ? 0 : data.length / rows }
}

function planEncoding({
  conversion,
  columns,
}: OpenOnnxInput): (rows: readonly Row[]) => ModelInput {
  const { numbers: names, texts, precision } = conversion
  const Numbers = precision === 'double' ? Float64Array : Float32Array
  if (names === null || columns === undefined) {
    return (rows) => {
      const width = rows[0]?.length ?? 0
      const positions = Array.from({ length: width }, (_, i) => i)
      return {
        rows: rows.length,
        numbers: encodeNumbers(rows, positions, Numbers),
        codes: undefined,
      }
    }
  }
  const numbers = names.map((name) => columns.indexOf(name))
  const dictionary = new Map(Object.entries(conversion.dictionary))
  const codes = texts.map(({ column, missing }) => ({ at: columns.indexOf(column), missing }))
  return (rows) => ({
    rows: rows.length,
    numbers: numbers.length > 0 ? encodeNumbers(rows, numbers, Numbers) : undefined,
    codes: codes.length > 0 ? encodeTexts(rows, codes, dictionary) : undefined,
  })
}

function encodeNumbers(
  rows: readonly Row[],
  positions: readonly number[],
  Numbers: typeof Float32Array | typeof Float64Array,
): Matrix<Float32Array | Float64Array> {
  const width = positions.length
  const data = new Numbers(rows.length * width)
  let next = 0
  for (const row of rows) {
    for (const position of positions) {
      const cell = row[position]
      data[next] = cell === null ? Number.NaN : Number(cell)
      next += 1
    }
  }
  return { data, width }
}

function encodeTexts(
  rows: readonly Row[],
  columns: readonly { readonly at: number; readonly missing: number }[],
  dictionary: ReadonlyMap<string, number>,
): Matrix<Int32Array> {
  const width = columns.length
  const data = new Int32Array(rows.length * width)
  let next = 0
  for (const row of rows) {
    for (const { at, missing } of columns) {
      const cell = row[at]
      data[next] = cell === null ? missing : (dictionary.get(cell as string) ?? 0)
      next += 1
    }
  }
  return { data, width }
}

function planMissingCheck({ conversion, columns }: OpenOnnxInput): (bound: BoundRows) => void {
  const refused = conversion.refuses_missing.map((name) => ({
    name,
    at: columns ? columns.indexOf(name) : Number(name),
  }))
  if (refused.length === 0) return () => {}
  return ({ rows }) => {
    for (const [index, row] of rows.entries()) {
      for (const { name, at } of refused) {
        if (row[at] !== null) continue
        throw servingErrors.SERVING_VALUE_INVALID(
          { column: name, row: index },
          'a value (this model cannot handle a missing one)',
          'null',
        )
      }
    }
  }
}

interface OutputPlan {
  readonly predict: (output: Output) => readonly unknown[]
  readonly score: (output: Output) => Scores
}

function planOutputs({ kind, predict, classes }: OnnxConversion['output']): OutputPlan {
  if (kind === 'values' || classes === null) {
    const values = (output: Output) => Array.from(output.data)
    return {
      predict: values,
      score: (output) => ({
        prediction: values(output),
        probability: values(output).map(() => null),
      }),
    }
  }
  const labels = (output: Output) => perRow(output, (start) => classes[topClass(output, start)])
  const scored = (output: Output): Scores => ({
    prediction: labels(output),
    probability: perRow(output, (start) => {
      const column = output.width === 2 ? 1 : topClass(output, start)
      return output.data[start + column] ?? null
    }),
  })
  switch (predict) {
    case 'label':
    case 'value':
      return { predict: labels, score: scored }
    case 'positive':
      return {
        predict: (output) => perRow(output, (start) => output.data[start + 1]),
        score: scored,
      }
    case 'probabilities':
      return {
        predict: (output) =>
          perRow(output, (start) => Array.from(output.data.subarray(start, start + output.width))),
        score: scored,
      }
  }
}

function perRow<T>(output: Output, read: (start: number) => T): T[] {
  const answers: T[] = []
  for (let row = 0; row < output.rows; row += 1) answers.push(read(row * output.width))
  return answers
}

/** Probabilities this close are a tie, which goes to the first class as in scikit-learn. */
const tie = 1e-6

function topClass({ data, width }: Output, start: number): number {
  let largest = -1
  for (let i = 0; i < width; i += 1) largest = Math.max(largest, data[start + i] ?? -1)
  for (let i = 0; i < width; i += 1) if ((data[start + i] ?? -1) >= largest - tie) return i
  return 0
}
