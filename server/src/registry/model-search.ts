import { ResourceType } from '../auth/index.ts'
import { query, readScript, type Ctx, type DialectName } from '../core/index.ts'
import {
  afterPlace,
  allowOperators,
  compareText,
  decodePageToken,
  encodePageToken,
  joinAnd,
  orderSql,
  parseFilter,
  parseOrderBy,
  readableTest,
  textOperators,
  withoutRepeats,
  type Comparison,
  type OrderColumn,
  type SqlPart,
} from '../tracking/index.ts'
import { loadModels } from './model-reads.ts'
import type { ModelRow } from './model-store.ts'
import type { RegisteredModel } from './types.ts'
import { promptTag } from './validation.ts'
import {
  checkLimit,
  pageKind,
  tagCondition,
  unknownName,
  unknownOrder,
  type SearchInput,
} from './search.ts'

export interface ModelPage {
  readonly models: readonly RegisteredModel[]
  readonly nextPageToken: string | undefined
}

const mostModels = 1_000

/** Models that a filter on names and tags finds. Prompts only when the filter asks for them. */
export async function searchModels(ctx: Ctx, input: SearchInput): Promise<ModelPage> {
  const limit = checkLimit(input.maxResults, mostModels)
  const { dialect } = ctx.database
  const comparisons = parseFilter(input.filter)
  const conditions = comparisons.map((comparison) => toCondition(dialect, comparison))
  if (!comparisons.some(({ entity, key }) => entity === 'tag' && key === promptTag)) {
    conditions.push(notPrompt)
  }
  const order = modelOrder(input.orderBy ?? [])
  const kind = pageKind('models', input)
  if (input.pageToken) {
    conditions.push(afterPlace(order, decodePageToken(kind, input.pageToken)))
  }
  conditions.push(await readableTest(ctx, ResourceType.RegisteredModel, 'm.name'))
  const where = joinAnd(conditions)
  const rows = await readScript(
    ctx,
    query<ModelRow>(
      `select m.id, m.name, m.description, m.user_id, m.last_version, m.created_at, m.updated_at
       from registry_model m where ${where.sql} order by ${orderSql(order)} limit ?`,
      ...where.parameters,
      limit + 1,
    ),
  )
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  return {
    models: await loadModels(ctx.db, page),
    nextPageToken: last && encodePageToken(kind, placeOf(last, order)),
  }
}

const notPrompt: SqlPart = {
  sql: `not exists (select 1 from registry_model_tag p where p.model = m.id
    and p.key = '${promptTag}' and p.value = 'true')`,
  parameters: [],
}

function toCondition(dialect: DialectName, comparison: Comparison): SqlPart {
  if (comparison.entity === 'tag') {
    if (comparison.key === promptTag && comparison.operator === '!=') return notPrompt
    return tagCondition(dialect, comparison, {
      table: 'registry_model_tag',
      owner: 'model',
      id: 'm.id',
    })
  }
  if (comparison.entity === 'attribute' && comparison.key === 'name') {
    allowOperators(comparison, textOperators)
    return compareText(dialect, 'm.name', comparison)
  }
  throw unknownName(comparison, 'name and tags.<key>')
}

const orderColumns: Readonly<Record<string, 'name' | 'updated_at'>> = {
  name: 'name',
  timestamp: 'updated_at',
  last_updated_timestamp: 'updated_at',
}

function modelOrder(orderBy: readonly string[]): OrderColumn[] {
  const columns = orderBy.map((text): OrderColumn => {
    const { key, ascending } = parseOrderBy(text)
    const column = orderColumns[key]
    if (column === undefined) throw unknownOrder(key, Object.keys(orderColumns))
    return { sql: `m.${column}`, descending: !ascending }
  })
  return withoutRepeats([...columns, { sql: 'm.name', descending: false }])
}

function placeOf(row: ModelRow, order: readonly OrderColumn[]): (string | number)[] {
  return order.map(({ sql }) => (sql === 'm.name' ? row.name : row.updated_at))
}
