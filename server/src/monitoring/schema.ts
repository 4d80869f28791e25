import { Type, type Static } from 'typebox'
import { qualityMetrics } from '../serving/index.ts'
import { driftMetricNames } from './metrics/index.ts'

const closed = { additionalProperties: false }
const Column = Type.String({ minLength: 1 })
const Metric = Type.Enum([...driftMetricNames, ...qualityMetrics])

export const MonitorDefinition = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z][A-Za-z0-9_-]*$' }),
    table: Type.String({ minLength: 1, description: 'What is watched.' }),
    baseline: Type.Object(
      {
        table: Type.String({ minLength: 1, description: 'What it is compared with.' }),
        version: Type.Optional(
          Type.Integer({ minimum: 0, description: 'The newest when absent.' }),
        ),
      },
      closed,
    ),
    time_column: Type.Optional(
      Type.String({ description: 'The window is the rows with its newest value.' }),
    ),
    columns: Type.Optional(
      Type.Array(Column, { description: 'Those in both tables when absent.' }),
    ),
    exclude_columns: Type.Optional(Type.Array(Column, { description: 'Keys, for example.' })),
    slices: Type.Optional(Type.Array(Column, { description: 'Each value is watched apart.' })),
    label_column: Type.Optional(Column),
    positive_label: Type.Optional(Type.String()),
    prediction_column: Type.Optional(Column),
    probability_column: Type.Optional(Column),
    metrics: Type.Optional(
      Type.Array(Metric, { description: 'psi, ks and null_share when absent.' }),
    ),
    alerts: Type.Optional(
      Type.Array(
        Type.Object(
          {
            column: Type.String({ description: "A column, or '*' for any." }),
            metric: Metric,
            limit: Type.Number({ description: 'Drift and losses above it, quality below it.' }),
            slice: Type.Optional(
              Type.String({ description: 'column=value; all rows when absent.' }),
            ),
          },
          closed,
        ),
      ),
    ),
    output_schema: Type.Optional(Type.String({ description: 'main.default when absent.' })),
  },
  closed,
)
export type MonitorDefinition = Static<typeof MonitorDefinition>
