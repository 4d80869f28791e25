import { ResourceType } from '../auth/index.ts'
import { query, readScript, type Ctx, type DialectName } from '../core/index.ts'
import {
  afterPlace,
  allowOperators,
  compareInteger,
  compareText,
  decodePageToken,
  encodePageToken,
  joinAnd,
  listOperators,
  numberOperators,
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
import {
  checkLimit,
  pageKind,
  tagCondition,
  unknownName,
  unknownOrder,
  type SearchInput,
} from './search.ts'
import { deletedStage } from './tables.ts'
import type { ModelVersion } from './types.ts'
import { loadVersions } from './version-reads.ts'
import type { VersionRow } from './version-store.ts'

export interface VersionPage {
  readonly versions: readonly ModelVersion[]
  readonly nextPageToken: string | undefined
}

const mostVersions = 200_000

/** Versions that a filter finds; the most recently changed come first. */
export async function searchVersions(ctx: Ctx, input: SearchInput): Promise<VersionPage> {
  const limit = checkLimit(input.maxResults, mostVersions)
  const { dialect } = ctx.database
  const conditions = parseFilter(input.filter).map((each) => toCondition(dialect, each))
  conditions.push({ sql: `v.stage <> '${deletedStage}'`, parameters: [] })
  const order = versionOrder(input.orderBy ?? [])
  const kind = pageKind('versions', input)
  if (input.pageToken) {
    conditions.push(afterPlace(order, decodePageToken(kind, input.pageToken)))
  }
  conditions.push(await readableTest(ctx, ResourceType.RegisteredModel, 'm.name'))
  const where = joinAnd(conditions)
  const rows = await readScript(
    ctx,
    query<VersionRow>(
      `select v.id, v.model, v.version, v.stage, v.description, v.user_id, v.source,
         v.storage_uri, v.run_id, v.run_link, v.model_id, v.status, v.created_at, v.updated_at,
         m.name
       from registry_version v join registry_model m on m.id = v.model
       where ${where.sql} order by ${orderSql(order)} limit ?`,
      ...where.parameters,
      limit + 1,
    ),
  )
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  return {
    versions: await loadVersions(ctx.db, page),
    nextPageToken: last && encodePageToken(kind, placeOf(last, order)),
  }
}

const textColumns: Readonly<Record<string, string>> = {
  name: 'm.name',
  run_id: 'v.run_id',
  source_path: 'v.source',
}

function toCondition(dialect: DialectName, comparison: Comparison): SqlPart {
  const { entity, key } = comparison
  if (entity === 'tag') {
    const owner = { table: 'registry_version_tag', owner: 'version', id: 'v.id' }
    return tagCondition(dialect, comparison, owner)
  }
  if (entity === 'attribute') {
    if (key === 'version_number') {
      allowOperators(comparison, numberOperators)
      return compareInteger('v.version', comparison)
    }
    const column = textColumns[key]
    if (column !== undefined) {
      allowOperators(comparison, key === 'run_id' ? listOperators : textOperators)
      return compareText(dialect, column, comparison)
    }
  }
  throw unknownName(comparison, 'name, run_id, source_path, version_number and tags.<key>')
}

const orderColumns: Readonly<Record<string, string>> = {
  name: 'm.name',
  version_number: 'v.version',
  creation_timestamp: 'v.created_at',
  last_updated_timestamp: 'v.updated_at',
}

function versionOrder(orderBy: readonly string[]): OrderColumn[] {
  const columns = orderBy.map((text): OrderColumn => {
    const { key, ascending } = parseOrderBy(text)
    const sql = orderColumns[key]
    if (sql === undefined) throw unknownOrder(key, Object.keys(orderColumns))
    return { sql, descending: !ascending }
  })
  return withoutRepeats([
    ...columns,
    { sql: 'v.updated_at', descending: true },
    { sql: 'm.name', descending: false },
    { sql: 'v.version', descending: true },
  ])
}

function placeOf(row: VersionRow, order: readonly OrderColumn[]): (string | number)[] {
  const values: Readonly<Record<string, string | number>> = {
    'm.name': row.name,
    'v.version': row.version,
    'v.created_at': row.created_at,
    'v.updated_at': row.updated_at,
  }
  return order.map(({ sql }) => values[sql] ?? 0)
}
