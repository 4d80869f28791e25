import { query, run, type Script } from '../core/index.ts'
import type { ScorerVersion } from './types.ts'

/** Where a scorer is found. */
export interface ScorerPlace {
  readonly experiment: number
  readonly name: string
}

export interface ScorerRow extends ScorerPlace {
  readonly id: number
  readonly scorer_id: string
}

export function* findScorerRow({ experiment, name }: ScorerPlace): Script<ScorerRow | undefined> {
  const [row] = yield* query<ScorerRow>(
    'select id, scorer_id, experiment, name from evaluation_scorer where experiment = ? and name = ?',
    experiment,
    name,
  )
  return row
}

export function* insertScorer(place: ScorerPlace, scorerId: string): Script<ScorerRow> {
  const [row] = yield* query<ScorerRow>(
    `insert into evaluation_scorer (scorer_id, experiment, name) values (?, ?, ?)
     returning id, scorer_id, experiment, name`,
    scorerId,
    place.experiment,
    place.name,
  )
  if (!row) throw new Error(`Scorer ${place.name} was not stored`)
  return row
}

/** The number of the new version: one more than the highest there is. */
export function* insertScorerVersion(
  scorer: number,
  version: { readonly serialized: string; readonly createdAt: number },
): Script<number> {
  const [row] = yield* query<{ version: number }>(
    `insert into evaluation_scorer_version (scorer, version, serialized, created_at)
     select ?, coalesce(max(version), 0) + 1, ?, ? from evaluation_scorer_version where scorer = ?
     returning version`,
    scorer,
    version.serialized,
    version.createdAt,
    scorer,
  )
  if (!row) throw new Error(`The version of scorer ${scorer} was not stored`)
  return row.version
}

export function* deleteScorerRow(scorer: number): Script<void> {
  yield* run('delete from evaluation_scorer where id = ?', scorer)
}

/** Whether there was such a version. */
export function* deleteScorerVersionRow(scorer: number, version: number): Script<boolean> {
  const gone = yield* query(
    'delete from evaluation_scorer_version where scorer = ? and version = ? returning version',
    scorer,
    version,
  )
  return gone.length > 0
}

interface VersionRow {
  readonly scorer_id: string
  readonly experiment: number
  readonly name: string
  readonly version: number
  readonly serialized: string
  readonly created_at: number
}

function toScorerVersion(row: VersionRow): ScorerVersion {
  return {
    scorerId: row.scorer_id,
    experiment: row.experiment,
    name: row.name,
    version: row.version,
    serialized: row.serialized,
    createdAt: row.created_at,
  }
}

const versions = `select s.scorer_id, s.experiment, s.name, v.version, v.serialized, v.created_at
  from evaluation_scorer s join evaluation_scorer_version v on v.scorer = s.id`

export function* listScorerVersionRows(place: ScorerPlace): Script<ScorerVersion[]> {
  const rows = yield* query<VersionRow>(
    `${versions} where s.experiment = ? and s.name = ? order by v.version`,
    place.experiment,
    place.name,
  )
  return rows.map(toScorerVersion)
}

/** The newest version of every scorer of an experiment, by name. */
export function* listNewestScorers(experiment: number): Script<ScorerVersion[]> {
  const rows = yield* query<VersionRow>(
    `${versions} where s.experiment = ? and v.version =
       (select max(o.version) from evaluation_scorer_version o where o.scorer = s.id)
     order by s.name`,
    experiment,
  )
  return rows.map(toScorerVersion)
}
