import { Type, type Static } from 'typebox'
import { qualityMetrics } from '../serving/index.ts'

const closed = { additionalProperties: false }
const Metric = Type.Enum([...qualityMetrics], { description: 'A metric of scored rows.' })

const Threshold = Type.Object(
  {
    metric: Metric,
    min: Type.Optional(Type.Number({ description: 'Least value that passes.' })),
    max: Type.Optional(Type.Number({ description: 'Greatest value that passes.' })),
  },
  closed,
)

const AgainstChampion = Type.Object(
  {
    metric: Metric,
    max_drop: Type.Number({
      minimum: 0,
      description: 'How much worse than the live version it may be, absolute.',
    }),
  },
  closed,
)

const Slice = Type.Object(
  {
    column: Type.String({ minLength: 1, description: 'Each value of it is checked apart.' }),
    metric: Metric,
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    min_rows: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Smaller slices are not judged. Default 30.' }),
    ),
  },
  closed,
)

/** `promotion.yaml`, as a person writes it. */
export const PromotionContract = Type.Object(
  {
    model: Type.String({ minLength: 1, description: 'Registered model.' }),
    stage: Type.Optional(Type.Literal('Production')),
    dataset: Type.Object(
      {
        table: Type.String({ minLength: 1, description: 'Labelled rows the model never saw.' }),
        label: Type.String({ minLength: 1, description: 'Its label column.' }),
        positive_label: Type.Optional(
          Type.Union([Type.String(), Type.Number(), Type.Boolean()], {
            description: 'The class that counts as positive; absent for regression.',
          }),
        ),
      },
      closed,
    ),
    thresholds: Type.Optional(Type.Array(Threshold)),
    against_champion: Type.Optional(Type.Array(AgainstChampion)),
    slices: Type.Optional(Type.Array(Slice)),
    schema: Type.Optional(
      Type.Object(
        {
          signature: Type.Optional(Type.Literal('required')),
          forbidden_inputs: Type.Optional(
            Type.Array(Type.String(), { description: 'Columns the model may not take.' }),
          ),
        },
        closed,
      ),
    ),
    documents: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description: 'Artifacts of the run that must be there and not empty.',
      }),
    ),
    approvers: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      description: "User names, or '*' for everyone but the requester.",
    }),
    approval_expires: Type.Optional(Type.String({ description: 'Such as 12h or 7d.' })),
  },
  closed,
)
export type PromotionContract = Static<typeof PromotionContract>
