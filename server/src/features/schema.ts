import { Type } from 'typebox'
import { AggregateFunction, Clock } from './types.ts'

const closed = { additionalProperties: false }
const Name = Type.String({ minLength: 1, maxLength: 255 })
const Duration = Type.String({ description: 'Such as 30m, 1h, 30d; a day is 24 hours.' })

export const CreateViewRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 255, description: 'Of the view.' }),
    table: Type.String({ minLength: 1, description: 'The source table.' }),
    keys: Type.Array(Name, { minItems: 1, description: 'Entity key columns.' }),
    event_time: Type.String({ minLength: 1, description: 'Column: when it happened.' }),
    time_zone: Type.Optional(
      Type.String({ description: 'IANA zone of a TIMESTAMP_NTZ event time.' }),
    ),
    known_at: Type.Optional(Type.String({ description: 'Column: when we knew it.' })),
    row_key: Type.Optional(Type.Array(Name, { description: 'Columns that name a fact.' })),
    lookback: Type.Optional(Duration),
    columns: Type.Optional(
      Type.Array(Type.Object({ column: Name, as: Name }, closed), {
        description: 'Values of the latest row.',
      }),
    ),
    aggregations: Type.Optional(
      Type.Array(
        Type.Object(
          {
            column: Type.String({ minLength: 1, description: 'A column, or * for count.' }),
            function: Type.Enum(Object.values(AggregateFunction)),
            window: Duration,
            as: Name,
          },
          closed,
        ),
        { description: 'Over the window that ends at the asked time.' },
      ),
    ),
  },
  closed,
)

export const CreateTrainingSetRequest = Type.Object(
  {
    name: Name,
    spine: Type.Object(
      {
        sql: Type.Optional(Type.String({ minLength: 1, description: 'A SELECT.' })),
        table: Type.Optional(Type.String({ minLength: 1, description: 'Or a table.' })),
      },
      closed,
    ),
    event_time: Type.String({ minLength: 1, description: 'The spine column that says when.' }),
    views: Type.Array(
      Type.Union([
        Name,
        Type.Object({ view: Name, keys: Type.Optional(Type.Record(Type.String(), Name)) }, closed),
      ]),
      { minItems: 1, description: 'Views, or views with key → spine column.' },
    ),
    clock: Type.Enum(Object.values(Clock), { default: Clock.Both }),
    output: Type.String({ minLength: 1, description: 'The table to write.' }),
    pin: Type.Optional(Type.Record(Type.String(), Type.Integer({ minimum: 0 }))),
    overwrite: Type.Boolean({ default: false }),
  },
  closed,
)

const KeyValue = Type.Union([Type.String(), Type.Number(), Type.Null()])

export const ReadOnlineRequest = Type.Object(
  {
    view: Name,
    keys: Type.Array(Type.Array(KeyValue), { maxItems: 1000, description: 'One list per entity.' }),
    at: Type.Optional(Type.String({ format: 'date-time', description: 'Now when absent.' })),
  },
  closed,
)
