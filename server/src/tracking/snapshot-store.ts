/**
 * A run as the JSON text that a search answers. Kept because a page of 1,000 runs is then one read of
 * bytes that go out as they are, instead of tens of thousands of rows.
 *
 *   absent → (the run ends, or a search needed it) → present → (anything of the run changes) → absent
 *
 * It is written only from what the writing transaction itself sees. SQLite only: its writers come one
 * by one, so none can change the run between reading and writing.
 */
import { query, run as exec, type DialectName, type Script } from '../core/index.ts'
import { numberList } from './number-list.ts'
import { loadRuns } from './run-reads.ts'
import { runColumns, type RunRow } from './run-store.ts'
import { runText } from './wire/run-text.ts'

/** The snapshots of all these runs in their order, with commas between, when none is missing. */
export function* joinSnapshots(runs: readonly number[]): Script<Uint8Array | undefined> {
  const [joined] = yield* query<{ found: number; bodies: Uint8Array }>(
    `select count(*) as found, cast(group_concat(s.body, ',') as blob) as bodies
     from json_each(?) j cross join tracking_run_snapshot s on s.run = j.value`,
    JSON.stringify(runs),
  )
  return joined?.found === runs.length ? joined.bodies : undefined
}

/** Snapshots of these runs by run number; those that have none are missing. */
export function* loadSnapshots(runs: readonly number[]): Script<Map<number, string>> {
  const list = numberList('sqlite', runs)
  const rows = yield* query<{ run: number; body: string }>(
    `select run, body from tracking_run_snapshot where run in ${list.sql}`,
    list.parameter,
  )
  return new Map(rows.map((row) => [row.run, row.body]))
}

export function* insertSnapshots(dialect: DialectName, runs: readonly number[]): Script<void> {
  if (dialect !== 'sqlite' || runs.length === 0) return
  const list = numberList(dialect, runs)
  const rows = yield* query<RunRow>(
    `select ${runColumns} from tracking_run where id in ${list.sql}`,
    list.parameter,
  )
  const loaded = yield* loadRuns(dialect, rows)
  for (const [index, row] of rows.entries()) {
    const run = loaded[index]
    if (!run) continue
    yield* exec(
      `insert into tracking_run_snapshot (run, body) values (?, ?)
       on conflict (run) do update set body = excluded.body`,
      row.id,
      runText(run),
    )
  }
}
