import type { Ctx } from '../core/index.ts'
import { getVersion, getVersionByAlias, latestInStage, parseStage } from '../registry/index.ts'
import { servingErrors } from './errors.ts'
import type { ModelRef } from './types.ts'

/** Finds the version that `models:/churn/3`, `…/Production`, `…/latest` or `models:/churn@champion` names now. */
export async function resolveModel(ctx: Ctx, uri: string): Promise<ModelRef> {
  const [, name = '', separator, rest = ''] = /^models:\/([^/@]+)([/@])([^/@]+)$/.exec(uri) ?? []
  if (name === '') throw servingErrors.SERVING_MODEL_URI_INVALID(uri)
  if (separator === '@' || rest.toLowerCase() === 'latest') {
    const { version } = await getVersionByAlias(ctx, name, separator === '@' ? rest : 'latest')
    return { name, version }
  }
  if (/^[1-9]\d*$/.test(rest)) {
    const { version } = await getVersion(ctx, { name, version: Number(rest) })
    return { name, version }
  }
  const found = await latestInStage(ctx, name, parseStage(rest))
  if (!found) throw servingErrors.SERVING_STAGE_EMPTY(name, rest)
  return { name, version: found.version }
}
