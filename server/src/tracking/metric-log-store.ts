/**
 * Metric histories on SQLite.
 *
 *   logged → `tracking_metric_log`, one row a request, always at the table's end
 *          → (enough rows) folded into `tracking_metric_chunk`: up to 1,000 points of one run and
 *            metric in a row
 *
 *   logged, many values of few metrics at once → straight into chunks
 *
 * A commit of many clients so writes one page instead of one for each run, and a batch of 1,000 values
 * is a few inserts. A read joins the chunks of a metric with what the log still holds; the log is kept
 * short enough to be scanned. Exact duplicates fall together when a history is read or folded.
 */
import { query, run as exec, type Script } from '../core/index.ts'
import {
  inOrder,
  packKeyedPoints,
  packPoints,
  unpackKeyedPoints,
  unpackPoints,
  type Point,
  type PointsByKey,
} from './metric-points.ts'

const pointsPerChunk = 1_000

/** Fewer points of a metric are not worth a chunk of their own. */
const pointsForOwnChunk = 32

/** Answers how many points went to the log. */
export function* insertPoints(run: number, points: PointsByKey): Script<number> {
  let count = 0
  for (const ofKey of points.values()) count += ofKey.length
  if (count >= pointsForOwnChunk && points.size * pointsForOwnChunk <= count) {
    for (const [key, ofKey] of points) yield* appendChunks(run, key, ofKey)
    return 0
  }
  yield* exec(
    'insert into tracking_metric_log (run, points) values (?, ?)',
    run,
    packKeyedPoints(points, count),
  )
  return count
}

/** Every point of one metric, in order; points before `since` (epoch milliseconds) may be left out. */
export function* readPoints(asked: {
  readonly run: number
  readonly key: number
  readonly since: number
}): Script<readonly Point[]> {
  const chunks = yield* query<{ points: Uint8Array }>(
    `select points from tracking_metric_chunk
     where run = ? and key = ? and last_time >= ? order by seq`,
    asked.run,
    asked.key,
    asked.since,
  )
  const logged = yield* query<{ points: Uint8Array }>(
    'select points from tracking_metric_log where run = ? order by id',
    asked.run,
  )
  const points = chunks.flatMap((chunk) => unpackPoints(chunk.points))
  for (const row of logged) {
    unpackKeyedPoints(row.points, (key, point) => {
      if (key === asked.key) points.push(point)
    })
  }
  return inOrder(points)
}

/** Rows and bytes of the log. */
export function* measureLog(): Script<LogSize> {
  const [row] = yield* query<LogSize>(
    'select count(*) as "rows", coalesce(sum(length(points)), 0) as bytes from tracking_metric_log',
  )
  return row ?? { rows: 0, bytes: 0 }
}

export interface LogSize {
  readonly rows: number
  readonly bytes: number
}

/** Folds the oldest rows of the log into chunks, up to a size; answers what it took. */
export function* foldLog(most: LogSize): Script<LogSize> {
  const rows = yield* query<{ id: number; bytes: number }>(
    'select id, length(points) as bytes from tracking_metric_log order by id limit ?',
    most.rows,
  )
  let taken = 0
  let bytes = 0
  while (taken < rows.length && (taken === 0 || bytes < most.bytes)) {
    bytes += rows[taken]?.bytes ?? 0
    taken += 1
  }
  const last = rows[taken - 1]
  if (!last) return { rows: 0, bytes: 0 }
  const oldest = yield* query<{ run: number; points: Uint8Array }>(
    'select run, points from tracking_metric_log where id <= ? order by id',
    last.id,
  )
  const byMetric = new Map<string, { run: number; key: number; points: Point[] }>()
  for (const { run, points } of oldest) {
    unpackKeyedPoints(points, (key, point) => {
      const name = `${run}/${key}`
      const known = byMetric.get(name)
      if (known) known.points.push(point)
      else byMetric.set(name, { run, key, points: [point] })
    })
  }
  for (const { run, key, points } of byMetric.values()) yield* foldMetric(run, key, points)
  yield* exec('delete from tracking_metric_log where id <= ?', last.id)
  return { rows: taken, bytes }
}

/** Fills up the metric's last chunk, then begins new ones. */
function* foldMetric(run: number, key: number, points: readonly Point[]): Script<void> {
  const [newest] = yield* query<{ seq: number; points: Uint8Array }>(
    `select seq, points from tracking_metric_chunk where run = ? and key = ?
     order by seq desc limit 1`,
    run,
    key,
  )
  const open = newest ? unpackPoints(newest.points) : []
  const fits = open.length < pointsPerChunk
  const all = inOrder(fits ? [...open, ...points] : points)
  const seq = newest ? newest.seq + (fits ? 0 : 1) : 0
  yield* writeChunks({ run, key, seq, points: all })
}

/** Behind the metric's last chunk, which may have room; it is filled up when the log is folded. */
function* appendChunks(run: number, key: number, points: readonly Point[]): Script<void> {
  const ordered = inOrder(points)
  for (let from = 0; from < ordered.length; from += pointsPerChunk) {
    const some =
      from === 0 && ordered.length <= pointsPerChunk
        ? ordered
        : ordered.slice(from, from + pointsPerChunk)
    yield* exec(
      `insert into tracking_metric_chunk (run, key, seq, last_time, points) values (?, ?,
         1 + coalesce((select max(seq) from tracking_metric_chunk where run = ? and key = ?), -1),
         ?, ?)`,
      run,
      key,
      run,
      key,
      some.at(-1)?.timestamp ?? 0,
      packPoints(some),
    )
  }
}

function* writeChunks({ run, key, seq: first, points: all }: Chunk): Script<void> {
  let seq = first
  for (let from = 0; from < all.length; from += pointsPerChunk) {
    yield* upsertChunk({ run, key, seq, points: all.slice(from, from + pointsPerChunk) })
    seq += 1
  }
}

interface Chunk {
  readonly run: number
  readonly key: number
  readonly seq: number
  /** In order. */
  readonly points: readonly Point[]
}

function* upsertChunk({ run, key, seq, points }: Chunk): Script<void> {
  yield* exec(
    `insert into tracking_metric_chunk (run, key, seq, last_time, points) values (?, ?, ?, ?, ?)
     on conflict (run, key, seq) do update set last_time = excluded.last_time,
       points = excluded.points`,
    run,
    key,
    seq,
    points.at(-1)?.timestamp ?? 0,
    packPoints(points),
  )
}
