import { ResourceType } from '../auth/index.ts'
import { query, readScript, type Ctx, type DialectName, type Script } from '../core/index.ts'
import {
  afterPlace,
  allowOperators,
  compareInteger,
  compareText,
  decodePageToken,
  encodePageToken,
  joinAnd,
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
  type TokenPart,
} from '../tracking/index.ts'
import { loadDataset } from './dataset-reads.ts'
import { datasetColumns, type DatasetRow } from './dataset-store.ts'
import { evaluationErrors } from './errors.ts'
import type { Dataset } from './types.ts'

export interface DatasetSearch {
  /** Datasets of any of these; of none in particular when empty. */
  readonly experiments: readonly number[]
  readonly filter: string | undefined
  readonly orderBy: readonly string[]
  readonly maxResults: number
  readonly pageToken: string | undefined
}

export interface DatasetPage {
  readonly datasets: readonly Dataset[]
  readonly nextPageToken: string | undefined
}

const mostDatasets = 50_000

/** Datasets that the caller may read and a filter finds; the newest come first. */
export async function searchDatasets(ctx: Ctx, search: DatasetSearch): Promise<DatasetPage> {
  const column = 'cast(e.experiment as text)'
  const ofReadable = await readableTest(ctx, ResourceType.Experiment, column)
  return readScript(ctx, find(ctx.database.dialect, search, ofReadable))
}

function* find(
  dialect: DialectName,
  search: DatasetSearch,
  ofReadable: SqlPart,
): Script<DatasetPage> {
  checkLimit(search.maxResults)
  const order = datasetOrder(search.orderBy)
  const { filter = '', orderBy, experiments } = search
  const kind = JSON.stringify(['datasets', filter, orderBy, experiments])
  const where = joinAnd([
    readableDataset(ofReadable),
    ...(experiments.length === 0 ? [] : [ofExperiments(experiments)]),
    ...parseFilter(search.filter).map((each) => toCondition(dialect, each)),
    ...(search.pageToken ? [afterPlace(order, decodePageToken(kind, search.pageToken))] : []),
  ])
  const rows = yield* query<DatasetRow>(
    `select ${datasetColumns} from evaluation_dataset d
     where ${where.sql} order by ${orderSql(order)} limit ?`,
    ...where.parameters,
    search.maxResults + 1,
  )
  const page = rows.slice(0, search.maxResults)
  const last = rows.length > page.length ? page.at(-1) : undefined
  const datasets: Dataset[] = []
  for (const row of page) datasets.push(yield* loadDataset(row))
  return { datasets, nextPageToken: last && encodePageToken(kind, placeOf(last, order)) }
}

function placeOf(row: DatasetRow, order: readonly OrderColumn[]): TokenPart[] {
  return order.map(({ sql }) => row[sql.slice('d.'.length) as keyof DatasetRow])
}

/** Datasets of no experiment are everybody's. */
function readableDataset({ sql, parameters }: SqlPart): SqlPart {
  if (parameters.length === 0) return { sql, parameters }
  const its = 'select 1 from evaluation_dataset_experiment e where e.dataset = d.id'
  return { sql: `(exists (${its} and ${sql}) or not exists (${its}))`, parameters }
}

function ofExperiments(experiments: readonly number[]): SqlPart {
  const marks = experiments.map(() => '?').join(', ')
  return {
    sql: `exists (select 1 from evaluation_dataset_experiment e
      where e.dataset = d.id and e.experiment in (${marks}))`,
    parameters: experiments,
  }
}

function checkLimit(asked: number): void {
  if (asked >= 1 && asked <= mostDatasets) return
  throw evaluationErrors.EVALUATION_INVALID(
    `Invalid value ${asked} for parameter 'max_results' supplied. It must be from 1 to ${mostDatasets}`,
  )
}

const textColumns: Readonly<Record<string, string>> = {
  name: 'd.name',
  created_by: 'd.created_by',
  last_updated_by: 'd.updated_by',
}

const timeColumns: Readonly<Record<string, string>> = {
  created_time: 'd.created_at',
  last_update_time: 'd.updated_at',
}

function toCondition(dialect: DialectName, comparison: Comparison): SqlPart {
  const { entity, key } = comparison
  if (entity === 'tag') {
    allowOperators(comparison, textOperators)
    const value = compareText(dialect, 't.value', comparison)
    return {
      sql: `exists (select 1 from evaluation_dataset_tag t
        where t.dataset = d.id and t.key = ? and ${value.sql})`,
      parameters: [key, ...value.parameters],
    }
  }
  const text = entity === 'attribute' ? textColumns[key] : undefined
  if (text !== undefined) {
    allowOperators(comparison, key === 'name' ? [...textOperators, 'IN'] : textOperators)
    return compareText(dialect, text, comparison)
  }
  const time = entity === 'attribute' ? timeColumns[key] : undefined
  if (time === undefined) {
    const known = [...Object.keys(textColumns), ...Object.keys(timeColumns)].join(', ')
    throw evaluationErrors.EVALUATION_FILTER_INVALID(
      comparison.at,
      `Invalid attribute key '${key}' specified. Valid keys are ${known} and tags.<key>`,
    )
  }
  allowOperators(comparison, numberOperators)
  return compareInteger(time, comparison)
}

const orderColumns: Readonly<Record<string, string>> = { name: 'd.name', ...timeColumns }

function datasetOrder(orderBy: readonly string[]): OrderColumn[] {
  const columns = orderBy.map((text): OrderColumn => {
    const { entity, key, ascending } = parseOrderBy(text)
    const sql = entity === 'attribute' ? orderColumns[key] : undefined
    if (sql !== undefined) return { sql, descending: !ascending }
    throw evaluationErrors.EVALUATION_INVALID(
      `Invalid order_by key '${key}' specified. Valid keys are ${Object.keys(orderColumns).join(', ')}`,
    )
  })
  const newest = orderBy.length === 0 ? [{ sql: 'd.created_at', descending: true }] : []
  return withoutRepeats([...columns, ...newest, { sql: 'd.id', descending: true }])
}
