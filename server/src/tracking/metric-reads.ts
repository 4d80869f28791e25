import { query, type DialectName, type Script } from '../core/index.ts'
import { findKey } from './keys.ts'
import { readPoints } from './metric-log-store.ts'
import { comparePoints, isNan, storedValue, type Point } from './metric-points.ts'
import { findRunRow } from './run-store.ts'
import { toPoint, type PointRow } from './metric-store.ts'
import type { Metric } from './types.ts'

export interface HistoryQuery {
  readonly runId: string
  readonly key: string
  /** Only what comes after this value in the history's order. */
  readonly after?: Point | undefined
  readonly limit: number
}

/** The values of one metric by time, step and value; nothing for an unknown run or metric. */
export function* loadHistory(dialect: DialectName, asked: HistoryQuery): Script<readonly Metric[]> {
  const run = yield* findRunRow(asked.runId)
  const key = yield* findKey(asked.key)
  if (!run || key === undefined) return []
  const found = { run: run.id, key, after: asked.after, limit: asked.limit }
  const points = yield* dialect === 'sqlite' ? fromLog(found) : fromRows(found)
  return points.map((point) => ({ ...point, key: asked.key }))
}

interface Found {
  readonly run: number
  readonly key: number
  readonly after: Point | undefined
  readonly limit: number
}

function* fromLog({ run, key, after, limit }: Found): Script<readonly Point[]> {
  const since = after?.timestamp ?? Number.MIN_SAFE_INTEGER
  const points = yield* readPoints({ run, key, since })
  const rest = after ? points.filter((point) => comparePoints(point, after) > 0) : points
  return rest.slice(0, limit)
}

function* fromRows({ run, key, after, limit }: Found): Script<readonly Point[]> {
  const columns = 'timestamp, step, value, is_nan'
  const place = after ? `and (${columns}) > (?, ?, ?, ?)` : ''
  const rows = yield* query<PointRow>(
    `select ${columns} from tracking_metric where run = ? and key = ? ${place}
     order by ${columns} limit ?`,
    run,
    key,
    ...(after ? [after.timestamp, after.step, storedValue(after.value), isNan(after.value)] : []),
    limit,
  )
  return rows.map((row) => toPoint(row))
}
