import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { explainPredictions } from './what-was-service.ts'

const Asked = Type.Object(
  {
    table: Type.String({ minLength: 1, description: 'A table that predictions were written to.' }),
    keys: Type.Record(Type.String(), Type.String(), {
      minProperties: 1,
      description: 'Values by column, as texts: the rows that are asked about.',
    }),
  },
  { additionalProperties: false },
)

/** From a prediction back to the model version, the row that it saw, and who let it through. */
export const whatWasRoutes: RoutePlugin = async (app) => {
  const path = '/api/millrace/1.0/provenance/what-was'
  app.post(path, { schema: { body: Asked } }, async (request) =>
    explainPredictions(request.ctx, request.body),
  )
}
