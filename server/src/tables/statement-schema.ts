import { Type } from 'typebox'

const Parameter = Type.Object(
  {
    name: Type.String({ description: 'Name, as `:name` in the statement.' }),
    value: Type.Optional(
      Type.Union([Type.String(), Type.Null()], { description: 'Value as text; null when absent.' }),
    ),
    type: Type.Optional(Type.String({ description: 'Databricks type.', default: 'STRING' })),
  },
  { additionalProperties: false },
)

export const ExecuteRequest = Type.Object(
  {
    statement: Type.String({ minLength: 1, description: 'One statement of Databricks SQL.' }),
    warehouse_id: Type.Optional(
      Type.String({ description: 'The only warehouse is `default`.', default: 'default' }),
    ),
    catalog: Type.Optional(Type.String({ description: 'The only catalog is `main`.' })),
    schema: Type.Optional(
      Type.String({ description: 'Schema of names without one.', default: 'default' }),
    ),
    parameters: Type.Optional(Type.Array(Parameter, { description: 'Named parameters.' })),
    row_limit: Type.Optional(Type.Integer({ minimum: 1, description: 'Most rows.' })),
    byte_limit: Type.Optional(Type.Integer({ minimum: 1, description: 'Most bytes.' })),
    disposition: Type.Optional(Type.String({ description: 'Only `INLINE`.', default: 'INLINE' })),
    format: Type.Optional(
      Type.String({ description: 'Only `JSON_ARRAY`.', default: 'JSON_ARRAY' }),
    ),
    wait_timeout: Type.Optional(
      Type.String({ description: '`0s`, or `5s` to `50s`.', default: '10s' }),
    ),
    on_wait_timeout: Type.Optional(
      Type.Union([Type.Literal('CONTINUE'), Type.Literal('CANCEL')], {
        description: 'What happens to a statement that runs longer.',
        default: 'CONTINUE',
      }),
    ),
  },
  { additionalProperties: false },
)

export const StatementParams = Type.Object({
  statement_id: Type.String({ description: 'Id of the statement.' }),
})

export const ChunkParams = Type.Object({
  statement_id: Type.String({ description: 'Id of the statement.' }),
  chunk_index: Type.Integer({ minimum: 0, description: 'Chunk, counted from 0.' }),
})

export const ResultAnswer = Type.Object({
  chunk_index: Type.Integer({ description: 'Chunk, counted from 0.' }),
  row_offset: Type.Integer({ description: 'Rows before this chunk.' }),
  row_count: Type.Integer({ description: 'Rows of this chunk.' }),
  byte_count: Type.Integer({ description: 'Bytes of this chunk.' }),
  next_chunk_index: Type.Optional(
    Type.Integer({ description: 'The chunk behind; absent at the end.' }),
  ),
  next_chunk_internal_link: Type.Optional(
    Type.String({ description: 'Path of the chunk behind; absent at the end.' }),
  ),
  data_array: Type.Array(Type.Array(Type.Union([Type.String(), Type.Null()])), {
    description: 'Rows; values as texts or null.',
  }),
})

export const StatementAnswer = Type.Object({
  statement_id: Type.String({ description: 'Id of the statement.' }),
  status: Type.Object(
    {
      state: Type.String({ description: 'PENDING, RUNNING, SUCCEEDED, FAILED or CANCELED.' }),
      error: Type.Optional(
        Type.Object(
          {
            error_code: Type.String({ description: 'Stable code.' }),
            message: Type.String({ description: 'For humans.' }),
          },
          { description: 'Why the statement failed.' },
        ),
      ),
    },
    { description: 'How far the statement is.' },
  ),
  manifest: Type.Optional(Type.Unknown({ description: 'Columns and chunks of the answer.' })),
  result: Type.Optional(ResultAnswer),
})
