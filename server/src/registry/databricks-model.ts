import type { Ctx } from '../core/index.ts'
import { encodeModel } from './encode.ts'
import { getModel, getModelRow } from './model-service.ts'

/** A model as Databricks answers it: with a stable id and what the caller may do. */
export async function encodeDatabricksModel(ctx: Ctx, name: string): Promise<object> {
  const row = await getModelRow(ctx, name)
  return {
    ...encodeModel(await getModel(ctx, name)),
    id: String(row.id),
    permission_level: 'CAN_MANAGE',
  }
}
