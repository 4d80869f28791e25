import type { Ctx } from '../core/index.ts'
import { queryRows } from '../tables/index.ts'
import { featuresErrors } from './errors.ts'
import { quote, viewSql, type Source } from './point-in-time.ts'
import { Clock, type ViewDefinition } from './types.ts'
import { featureNames, getView, viewSource } from './view-service.ts'

/** The same values as a training set with clock `both`, for keys given in the request. */
export async function readOnline(ctx: Ctx, input: OnlineInput): Promise<OnlineAnswer> {
  const view = await getView(ctx, input.view)
  const { definition } = view
  const source = await viewSource(ctx, definition)
  const at = input.at ?? ctx.now()
  for (const key of input.keys) {
    if (key.length === definition.keys.length) continue
    throw featuresErrors.FEATURES_KEY_MISMATCH(input.view, key.length, definition.keys)
  }
  const columns = featureNames(definition)
  const asOf = at.toISOString()
  if (input.keys.length === 0) return { columns, rows: [], asOf }
  const sql = onlineSql(definition, source, { keys: input.keys, micros: at.getTime() * 1000 })
  const parameters = input.keys.flatMap((key, row) =>
    key.map((value, i) => ({
      name: parameterName(row, i),
      value,
      type: source.types.get(definition.keys[i] ?? '') ?? 'string',
    })),
  )
  const { rows } = await queryRows(ctx, { sql, parameters })
  return { columns, rows, asOf }
}

export interface OnlineInput {
  readonly view: string
  readonly keys: readonly (readonly (string | number | null)[])[]
  readonly at?: Date
}

export interface OnlineAnswer {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
  readonly asOf: string
}

interface OnlineSpine {
  readonly keys: OnlineInput['keys']
  readonly micros: number
}

function onlineSql(definition: ViewDefinition, source: Source, spine: OnlineSpine): string {
  const names = definition.keys.map((_key, i) => `__k${i}`)
  const values = spine.keys.map((key, row) => {
    const marks = key.map((_value, i) => `:${parameterName(row, i)}`)
    return `(${[row, `${spine.micros}::BIGINT`, ...marks].join(', ')})`
  })
  const relation = `SELECT * FROM (VALUES ${values.join(', ')}) v(__i, __t, ${names.join(', ')})`
  const body = viewSql(definition, source, { spine: '__spine', clock: Clock.Both })
  const outputs = featureNames(definition).map(quote)
  return `WITH __spine AS (${relation}) SELECT ${outputs.join(', ')} FROM (${body}) ORDER BY __i`
}

function parameterName(row: number, key: number): string {
  return `k${row}_${key}`
}
