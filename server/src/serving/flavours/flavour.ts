import type { BoundRows, Cell } from '../input-plan.ts'

/** How a model runs: inside the server, or in worker processes of its own environment. */
export const FlavourKind = { Onnx: 'onnx', Pyfunc: 'pyfunc' } as const
export type FlavourKind = (typeof FlavourKind)[keyof typeof FlavourKind]

/** One entry per row. */
export interface Scores {
  /** The label of a classifier, the value of a regressor. */
  readonly prediction: readonly Cell[]
  /**
   * The probability of the second class where there are two, of the predicted class where there
   * are more; null for a model without probabilities.
   */
  readonly probability: readonly (number | null)[]
}

export type Params = Readonly<Record<string, unknown>>

/** A loaded model. Both kinds answer the same; `contract.ts` holds them to it. */
export interface Flavour extends AsyncDisposable {
  readonly kind: FlavourKind
  /**
   * MLflow's predictions, one entry per row, as the model's own `predict` gives them.
   * Rejects with a 400 when the model cannot work with these rows.
   */
  readonly predict: (input: BoundRows, params: Params) => Promise<readonly unknown[]>
  /** What `score` predicts, as a table's column type; undefined where only the signature knows. */
  readonly predictionType: 'bigint' | 'double' | 'string' | 'boolean' | undefined
  /** Predictions and probabilities of many rows, for tables. */
  readonly score: (input: BoundRows) => Promise<Scores>
}
