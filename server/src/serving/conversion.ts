import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

const Parity = Type.Object({
  passed: Type.Boolean(),
  rows: Type.Integer(),
  example_rows: Type.Integer(),
  tolerance: Type.Number(),
  max_difference: Type.Number(),
  label_mismatches: Type.Integer(),
})

/** What `millrace_serving.convert` says of a model that may run inside the server. */
const OnnxConversion = Type.Object({
  flavour: Type.Literal('onnx'),
  format: Type.Literal(1),
  /** Of the float input. */
  precision: Type.Union([Type.Literal('single'), Type.Literal('double')]),
  /** Columns of the float input, in order; null where the model takes a matrix. */
  numbers: Type.Union([Type.Array(Type.String()), Type.Null()]),
  /** Columns of the code input, in order, with the code of a missing value. */
  texts: Type.Array(Type.Object({ column: Type.String(), missing: Type.Integer() })),
  /** Code of each text that the model knows; every other text is code 0. */
  dictionary: Type.Record(Type.String(), Type.Integer()),
  /** Columns in which the model fails on a missing value. */
  refuses_missing: Type.Array(Type.String()),
  output: Type.Object({
    kind: Type.Union([Type.Literal('probabilities'), Type.Literal('values')]),
    predict: Type.Union([
      Type.Literal('label'),
      Type.Literal('probabilities'),
      Type.Literal('positive'),
      Type.Literal('value'),
    ]),
    classes: Type.Union([Type.Array(Type.Unknown()), Type.Null()]),
  }),
  parity: Parity,
  seconds: Type.Number(),
  versions: Type.Record(Type.String(), Type.String()),
})
export type OnnxConversion = Static<typeof OnnxConversion>

const PyfuncConversion = Type.Object({
  flavour: Type.Literal('pyfunc'),
  format: Type.Literal(1),
  /** Why the model runs in Python. */
  reason: Type.String(),
  seconds: Type.Number(),
  versions: Type.Record(Type.String(), Type.String()),
})
export type PyfuncConversion = Static<typeof PyfuncConversion>

const Conversion = Type.Union([OnnxConversion, PyfuncConversion])
/** Which flavour serves a model version, with the proof or the reason. */
export type Conversion = Static<typeof Conversion>

/** Undefined when it is not one, or one of an older format: the model is then converted again. */
export function parseConversion(value: unknown): Conversion | undefined {
  return Value.Check(Conversion, value) ? value : undefined
}
