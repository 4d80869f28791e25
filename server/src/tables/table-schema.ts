import { Type } from 'typebox'

export const TableParams = Type.Object({
  name: Type.String({
    minLength: 1,
    description: 'Table name: `main.schema.table`, `schema.table` or `table`.',
  }),
})

export const DataQuery = Type.Object(
  {
    version: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Version to read; the newest when absent.' }),
    ),
    format: Type.Optional(
      Type.Literal('parquet', { description: 'Format of the answer.', default: 'parquet' }),
    ),
  },
  { additionalProperties: false },
)

export const WriteQuery = Type.Object(
  {
    mode: Type.Union([Type.Literal('append'), Type.Literal('overwrite'), Type.Literal('merge')], {
      description: 'What happens to the rows that are there.',
      default: 'append',
    }),
    keys: Type.Optional(
      Type.String({ description: 'Key columns of a merge, separated by commas.' }),
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

export const HistoryQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10_000, description: 'Most entries.', default: 100 }),
    ),
  },
  { additionalProperties: false },
)

export const ListQuery = Type.Object(
  { schema: Type.Optional(Type.String({ description: 'Only tables of this schema.' })) },
  { additionalProperties: false },
)

export const QueryRequest = Type.Object(
  {
    sql: Type.String({ minLength: 1, description: 'A query on tables.' }),
    parameters: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ description: 'Name, as `:name` in the query.' }),
            value: Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()], {
              description: 'Its value.',
            }),
            type: Type.Optional(
              Type.String({ description: 'Databricks type; by the value when absent.' }),
            ),
          },
          { additionalProperties: false },
        ),
        { description: 'Named parameters.' },
      ),
    ),
    versions: Type.Optional(
      Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
        description: 'Versions that the query is pinned to, by table name.',
      }),
    ),
  },
  { additionalProperties: false },
)

const Column = Type.Object({
  name: Type.String({ description: 'Column name.' }),
  type: Type.String({ description: 'Databricks type: `bigint`, `decimal(10,2)`, `array<int>`.' }),
  nullable: Type.Boolean({ description: 'Whether the column may hold nulls.' }),
})

export const TableAnswer = Type.Object({
  name: Type.String({ description: 'Full name of the table.' }),
  version: Type.Integer({ description: 'Newest version.' }),
  columns: Type.Array(Column, { description: 'Columns in order.' }),
  location: Type.String({ description: 'Folder of the table.' }),
  created_at: Type.Integer({ description: 'When the name was registered, epoch milliseconds.' }),
  updated_at: Type.Integer({ description: 'Time of the newest version, epoch milliseconds.' }),
  rows: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Rows; null when a file of another engine does not say.',
  }),
  files: Type.Integer({ description: 'Data files.' }),
  size_bytes: Type.Integer({ description: 'Size of the data files, bytes.' }),
  partition_columns: Type.Array(Type.String(), { description: 'Partition columns.' }),
  properties: Type.Record(Type.String(), Type.String(), { description: 'Table properties.' }),
})

export const TableListAnswer = Type.Object({
  tables: Type.Array(TableAnswer, { description: 'Tables by name.' }),
})

export const WriteAnswer = Type.Object({
  table: Type.String({ description: 'Full name of the table.' }),
  version: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Version that was made; null while the rows are staged for a running task.',
  }),
  rows: Type.Integer({ description: 'Rows that were written.' }),
  staged: Type.Boolean({ description: 'The rows appear when the task succeeds.' }),
})

export const HistoryAnswer = Type.Object({
  history: Type.Array(
    Type.Object({
      version: Type.Integer({ description: 'Version that the commit made.' }),
      timestamp: Type.Integer({ description: 'When, epoch milliseconds.' }),
      operation: Type.String({ description: '`WRITE`, `MERGE`, `CREATE TABLE`, …' }),
      user: Type.Union([Type.String(), Type.Null()], { description: 'Who committed.' }),
      parameters: Type.Record(Type.String(), Type.Unknown(), {
        description: 'What the operation was given.',
      }),
      metrics: Type.Record(Type.String(), Type.String(), {
        description: 'What the operation did, in numbers.',
      }),
      engine: Type.Union([Type.String(), Type.Null()], { description: 'Who wrote it.' }),
    }),
    { description: 'Newest first.' },
  ),
})
