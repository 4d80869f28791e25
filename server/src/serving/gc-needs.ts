import { defineVersionUses } from '../registry/index.ts'

/** What endpoints serve, and what predictions that are there came from. */
defineVersionUses('serving', async (ctx) => {
  const entities = await ctx.db
    .selectFrom('serving_entity as t')
    .innerJoin('serving_endpoint as e', 'e.id', 't.endpoint_id')
    .select(['e.name as endpoint', 't.model_name as name', 't.model_version as version'])
    .execute()
  const scorings = await ctx.db
    .selectFrom('serving_scoring')
    .select(['model_name as name', 'model_version as version', 'output_table'])
    .distinct()
    .execute()
  return [
    ...entities.map((one) => ({ ...one, by: `endpoint ${one.endpoint}` })),
    ...scorings.map((one) => ({ ...one, by: `predictions in ${one.output_table}` })),
  ]
})
