import { Type } from 'typebox'

const mode = Type.Union(
  [Type.Literal('append'), Type.Literal('overwrite'), Type.Literal('merge')],
  { description: 'What happens to the rows that are there.', default: 'append' },
)

const format = Type.Union([Type.Literal('csv'), Type.Literal('parquet')], {
  description: 'Format of the file.',
  default: 'csv',
})

/** Sent beside the bytes of the file. */
export const IngestQuery = Type.Object(
  {
    mode: Type.Optional(mode),
    format: Type.Optional(format),
    keys: Type.Optional(
      Type.String({ description: 'Key columns of a merge, separated by commas.' }),
    ),
    delimiter: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1, description: 'Between fields of a CSV.' }),
    ),
    checks: Type.Optional(
      Type.String({ description: 'Checks as YAML; broken ones refuse the file.' }),
    ),
    schema: Type.Optional(
      Type.String({ description: 'Column types: `id BIGINT NOT NULL, name STRING`.' }),
    ),
    request_id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: 'Names the call; sent again, it does nothing.',
      }),
    ),
  },
  { additionalProperties: false },
)

/** Sent instead of the bytes: a file under an external location. */
export const IngestRequest = Type.Object(
  {
    path: Type.String({ description: 'File under an external location of the server.' }),
    mode: Type.Optional(mode),
    format: Type.Optional(format),
    keys: Type.Optional(
      Type.Union([Type.String(), Type.Array(Type.String())], {
        description: 'Key columns of a merge.',
      }),
    ),
    delimiter: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1, description: 'Between fields of a CSV.' }),
    ),
    checks: Type.Optional(
      Type.String({ description: 'Checks as YAML; broken ones refuse the file.' }),
    ),
    schema: Type.Optional(
      Type.String({ description: 'Column types: `id BIGINT NOT NULL, name STRING`.' }),
    ),
    request_id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: 'Names the call; sent again, it does nothing.',
      }),
    ),
  },
  { additionalProperties: false },
)

const Rule = Type.Object({
  rule: Type.String({ description: 'Which rule: `not_null`, `unique`, `min`, `allowed`, …' }),
  column: Type.Union([Type.String(), Type.Null()], { description: 'Its column or columns.' }),
  passed: Type.Boolean({ description: 'Whether it holds.' }),
  found: Type.Unknown({ description: 'What was found.' }),
  limit: Type.Unknown({ description: 'What was asked for.' }),
  failing_rows: Type.Integer({ description: 'Rows that break it.' }),
  examples: Type.Array(
    Type.Object({
      row: Type.Integer({ description: 'Row number; in a CSV the header is row 1.' }),
      value: Type.Unknown({ description: 'The value.' }),
      key: Type.Optional(
        Type.Record(Type.String(), Type.Unknown(), { description: 'Key of the row.' }),
      ),
    }),
    { description: 'The first rows that break it, at most 10.' },
  ),
})

export const ReportAnswer = Type.Object({
  passed: Type.Boolean({ description: 'Whether every rule holds.' }),
  rows: Type.Integer({ description: 'Rows that were checked.' }),
  rules: Type.Array(Rule, { description: 'Every rule with its result.' }),
})

export const IngestAnswer = Type.Object({
  table: Type.String({ description: 'Full name of the table.' }),
  version: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Version that was made; null while the rows are staged for a running task.',
  }),
  rows: Type.Integer({ description: 'Rows that were written.' }),
  staged: Type.Boolean({ description: 'The rows appear when the task succeeds.' }),
  report: Type.Optional(ReportAnswer),
})

export const ChecksRequest = Type.Object(
  {
    checks: Type.String({ description: 'Checks as YAML.' }),
    table: Type.Optional(Type.String({ description: 'Table whose rows are checked.' })),
    version: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Its version; the newest when absent.' }),
    ),
    sql: Type.Optional(
      Type.String({ description: 'Query whose rows are checked, instead of a table.' }),
    ),
    gate: Type.Optional(
      Type.Boolean({
        description: 'A broken rule is an error with the report as details.',
        default: false,
      }),
    ),
  },
  { additionalProperties: false },
)
