import { query, type DialectName, type Script, type SqlValue } from '../core/index.ts'
import { trackingErrors } from './errors.ts'
import { numberList } from './number-list.ts'
import {
  allowOperators,
  compareInteger,
  compareNumber,
  compareText,
  joinAnd,
  listOperators,
  numberOperators,
  textOperators,
  type SqlPart,
} from './search/conditions.ts'
import { afterPlace, orderSql, withoutRepeats, type OrderColumn } from './search/keyset.ts'
import { parseFilter, parseOrderBy, type Comparison, type Prefixes } from './search/parser.ts'
import { loadTraceInfos } from './trace-reads.ts'
import { traceColumns, type PairKind, type TraceRow } from './trace-store.ts'
import type { TraceInfo } from './trace-types.ts'
import { decodePageToken, encodePageToken, type TokenPart } from './wire/paging.ts'

export interface TraceSearch {
  readonly experiments: readonly number[]
  readonly filter?: string | undefined
  readonly orderBy?: readonly string[] | undefined
  readonly maxResults: number
  readonly pageToken?: string | undefined
}

export interface TracePage {
  readonly traces: readonly TraceInfo[]
  readonly nextPageToken: string | undefined
}

const mostTraces = 500

const prefixes: Prefixes = new Map([
  ['tag', 'tag'],
  ['tags', 'tag'],
  ['metadata', 'metadata'],
  ['request_metadata', 'metadata'],
  ['trace_metadata', 'metadata'],
  ['attribute', 'attribute'],
  ['attributes', 'attribute'],
  ['trace', 'attribute'],
  ['traces', 'attribute'],
])

/** Traces that a filter on attributes, tags and metadata finds; the newest come first. */
export function* searchTraces(dialect: DialectName, search: TraceSearch): Script<TracePage> {
  checkLimit(search.maxResults)
  const order = traceOrder(search.orderBy ?? [])
  const kind = JSON.stringify(['traces', search.filter ?? '', search.orderBy ?? []])
  const place = search.pageToken ? [afterPlace(order, decodePageToken(kind, search.pageToken))] : []
  const where = joinAnd([
    ofExperiments(dialect, search.experiments),
    traceFilter(dialect, search.filter),
    ...place,
  ])
  const columns = traceColumns.split(', ').map((column) => `t.${column}`)
  const places = order.map(({ sql }, index) => `${sql} as p${index}`)
  const rows = yield* query<TraceRow & Readonly<Record<`p${number}`, SqlValue>>>(
    `select ${[...columns, ...places].join(', ')} from tracking_trace t
     where ${where.sql} order by ${orderSql(order)} limit ?`,
    ...where.parameters,
    search.maxResults + 1,
  )
  const page = rows.slice(0, search.maxResults)
  const last = rows.length > page.length ? page.at(-1) : undefined
  const lastPlace = order.map((_, index) => last?.[`p${index}`] as TokenPart)
  return {
    traces: yield* loadTraceInfos(dialect, page),
    nextPageToken: last && encodePageToken(kind, lastPlace),
  }
}

/** Of a row `t` of tracking_trace: that it is in one of these experiments. */
export function ofExperiments(dialect: DialectName, experiments: readonly number[]): SqlPart {
  const list = numberList(dialect, experiments)
  return { sql: `t.experiment in ${list.sql}`, parameters: [list.parameter] }
}

/** What a filter asks of a row `t` of tracking_trace. */
export function traceFilter(dialect: DialectName, filter: string | undefined): SqlPart {
  return joinAnd(parseFilter(filter, prefixes).map((each) => toCondition(dialect, each)))
}

function checkLimit(asked: number): void {
  if (asked >= 1 && asked <= mostTraces) return
  const expected = asked < 1 ? 'a positive integer' : `at most ${mostTraces}`
  throw trackingErrors.TRACKING_INVALID(
    `Invalid value ${asked} for parameter 'max_results' supplied. It must be ${expected}`,
  )
}

const textColumns: Readonly<Record<string, string>> = {
  status: 't.state',
  state: 't.state',
  trace_id: 't.trace_id',
  request_id: 't.trace_id',
  client_request_id: 't.client_request_id',
}

const numberColumns: Readonly<Record<string, string>> = {
  timestamp: 't.request_time',
  timestamp_ms: 't.request_time',
  execution_time: 't.execution_ms',
  execution_time_ms: 't.execution_ms',
}

function toCondition(dialect: DialectName, comparison: Comparison): SqlPart {
  const { entity, key } = comparison
  if (entity === 'tag' || entity === 'metadata') {
    return pairTest(dialect, comparison, { kind: entity, key })
  }
  if (key === 'name') {
    return pairTest(dialect, comparison, { kind: 'tag', key: 'mlflow.traceName' })
  }
  if (key === 'run_id') return runTest(dialect, comparison)
  const text = textColumns[key]
  if (text !== undefined) {
    allowOperators(comparison, listOperators)
    return compareText(dialect, text, comparison)
  }
  const number = numberColumns[key]
  if (number === undefined) {
    const known = ['name', 'run_id', ...Object.keys(textColumns), ...Object.keys(numberColumns)]
    throw trackingErrors.TRACKING_FILTER_INVALID(
      comparison.at,
      `Invalid attribute key '${key}' specified. Valid keys are ${known.join(', ')}`,
    )
  }
  allowOperators(comparison, numberOperators)
  const compare = number === 't.request_time' ? compareInteger : compareNumber
  return compare(number, comparison)
}

export function pairTest(
  dialect: DialectName,
  comparison: Comparison,
  pair: { readonly kind: PairKind; readonly key: string },
): SqlPart {
  allowOperators(comparison, [...textOperators, 'IS NULL', 'IS NOT NULL'])
  const has = `select 1 from tracking_trace_pair x
    where x.trace = t.id and x.kind = '${pair.kind}' and x.key = ?`
  const { operator } = comparison
  if (operator === 'IS NULL') return { sql: `not exists (${has})`, parameters: [pair.key] }
  if (operator === 'IS NOT NULL') return { sql: `exists (${has})`, parameters: [pair.key] }
  const value = compareText(dialect, 'x.value', comparison)
  return { sql: `exists (${has} and ${value.sql})`, parameters: [pair.key, ...value.parameters] }
}

/** A trace belongs to the run that made it and to those it was linked to. */
export function runTest(dialect: DialectName, comparison: Comparison): SqlPart {
  allowOperators(comparison, ['=', 'IN'])
  const source = pairTest(
    dialect,
    { ...comparison, operator: '=' },
    { kind: 'metadata', key: 'mlflow.sourceRun' },
  )
  const value = compareText(dialect, 'l.run_id', comparison)
  return {
    sql: `(${source.sql} or exists
      (select 1 from tracking_trace_run l where l.trace = t.id and ${value.sql}))`,
    parameters: [...source.parameters, ...value.parameters],
  }
}

const orderColumns: Readonly<Record<string, string>> = {
  timestamp: 't.request_time',
  timestamp_ms: 't.request_time',
  request_time: 't.request_time',
  execution_time: 'coalesce(t.execution_ms, 0)',
  execution_time_ms: 'coalesce(t.execution_ms, 0)',
  execution_duration: 'coalesce(t.execution_ms, 0)',
  status: 't.state',
  state: 't.state',
  trace_id: 't.trace_id',
}

function traceOrder(orderBy: readonly string[]): OrderColumn[] {
  const columns = orderBy.map((text): OrderColumn => {
    const { key, ascending } = parseOrderBy(text, prefixes)
    const sql = orderColumns[key]
    if (sql !== undefined) return { sql, descending: !ascending }
    throw trackingErrors.TRACKING_INVALID(
      `Invalid order_by key '${key}' specified. Valid keys are ${Object.keys(orderColumns).join(', ')}`,
    )
  })
  return withoutRepeats([
    ...columns,
    { sql: 't.request_time', descending: true },
    { sql: 't.trace_id', descending: false },
  ])
}
