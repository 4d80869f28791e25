import type { Ctx } from '../core/index.ts'
import { servingErrors } from './errors.ts'
import type { FlavourKind } from './flavours/flavour.ts'
import type { BoundRows } from './input-plan.ts'
import { defaultRunOptions, type LoadedModel } from './model-loader.ts'
import { roomOf } from './room.ts'
import { CellType } from './signature.ts'
import type { ModelRef } from './types.ts'

/** What scoring may add to a row. */
export const ScoreColumn = { Prediction: 'prediction', Probability: 'probability' } as const
export type ScoreColumn = (typeof ScoreColumn)[keyof typeof ScoreColumn]

export interface TableColumn {
  readonly name: string
  readonly type: string
}

/** A model ready to score rows of a table. */
export interface TableScorer {
  readonly ref: ModelRef
  readonly flavour: FlavourKind
  /** Columns that the model wants, in the order that `score` takes them. */
  readonly columns: readonly string[]
  readonly added: readonly TableColumn[]
  /** For each row its cells of `added`. */
  readonly score: (rows: readonly (readonly unknown[])[]) => Promise<unknown[][]>
}

export interface ScorerInput {
  readonly model: ModelRef
  /** Columns that the rows have. */
  readonly columns: readonly TableColumn[]
  /** Named in errors: what the rows are. */
  readonly source: string
  /** @default both */
  readonly outputs?: readonly ScoreColumn[]
}

/** Loads the model, checks that the rows have its columns, and gives the model back afterwards. */
export async function withScorer<T>(
  ctx: Ctx,
  input: ScorerInput,
  work: (scorer: TableScorer) => Promise<T>,
): Promise<T> {
  const pooled = await roomOf(ctx).models.acquire(ctx, input.model, defaultRunOptions)
  try {
    return await work(planScorer(pooled.model, input))
  } finally {
    await pooled.release()
  }
}

function planScorer(model: LoadedModel, input: ScorerInput): TableScorer {
  const columns = chooseColumns(model, input)
  const outputs = input.outputs ?? [ScoreColumn.Prediction, ScoreColumn.Probability]
  const type = predictionType(model)
  const encode = type === 'string' ? asText : (value: unknown) => value
  const bind = (rows: readonly (readonly unknown[])[]): BoundRows =>
    model.plan.bind({
      rows: { kind: 'split', columns, rows },
      params: undefined,
      clientRequestId: undefined,
      isText: false,
    })
  return {
    ref: model.ref,
    flavour: model.flavour.kind,
    columns,
    added: outputs.map((name) => ({
      name,
      type: name === ScoreColumn.Prediction ? type : 'double',
    })),
    async score(rows) {
      const { prediction, probability } = await model.flavour.score(bind(rows))
      const cells = {
        prediction: (i: number) => encode(prediction[i] ?? null),
        probability: (i: number) => probability[i] ?? null,
      }
      return rows.map((_, i) => outputs.map((name) => cells[name](i)))
    },
  }
}

function chooseColumns(model: LoadedModel, input: ScorerInput): string[] {
  const found = input.columns.map((column) => column.name)
  const { inputs } = model.file
  if (inputs.kind !== 'columns') {
    throw servingErrors.SERVING_SOURCE_INVALID(
      `Model ${model.label} has no signature with column names, so rows of ${input.source} cannot be matched to it; log it with a signature`,
    )
  }
  const missing = inputs.columns.filter((c) => c.required && !found.includes(c.name))
  if (missing.length > 0) {
    const names = missing.map((column) => `'${column.name}'`).join(', ')
    throw servingErrors.SERVING_SOURCE_INVALID(
      `Model ${model.label} needs columns [${names}] that ${input.source} does not have; it has [${found.join(', ')}]`,
    )
  }
  return inputs.columns.map((column) => column.name).filter((name) => found.includes(name))
}

const columnTypes: Readonly<Record<CellType, string>> = {
  boolean: 'boolean',
  integer: 'bigint',
  long: 'bigint',
  float: 'double',
  double: 'double',
  string: 'string',
  datetime: 'timestamp',
  any: 'string',
}

function predictionType({ flavour, file }: LoadedModel): string {
  return flavour.predictionType ?? columnTypes[file.outputType ?? CellType.Any]
}

function asText(value: unknown): unknown {
  return value === null || typeof value === 'string' ? value : JSON.stringify(value)
}
