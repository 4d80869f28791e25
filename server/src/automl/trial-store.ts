import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { Point } from './samplers/space.ts'
import { toDate } from './search-store.ts'
import type { AutomlTrialTable } from './tables.ts'
import { TrialState, type Trial } from './types.ts'

export type NewTrial = Pick<
  Trial,
  'searchId' | 'number' | 'learner' | 'point' | 'runId' | 'attemptId' | 'startedAt'
>

export async function insertTrial(db: Db, trial: NewTrial): Promise<void> {
  await db
    .insertInto('automl_trial')
    .values({
      search_id: trial.searchId,
      number: trial.number,
      learner: trial.learner,
      point: JSON.stringify(trial.point),
      state: TrialState.Running,
      run_id: trial.runId,
      attempt_id: trial.attemptId,
      score: null,
      metrics: '{}',
      notebook_path: null,
      error: null,
      started_at: trial.startedAt.getTime(),
      ended_at: null,
    })
    .execute()
}

/** Trials of a search in the order in which they were suggested. */
export async function listTrials(db: Db, searchId: string): Promise<Trial[]> {
  const rows = await db
    .selectFrom('automl_trial')
    .selectAll()
    .where('search_id', '=', searchId)
    .orderBy('number')
    .execute()
  return rows.map(toTrial)
}

export async function findTrialByRun(db: Db, runId: string): Promise<Trial | undefined> {
  const row = await db
    .selectFrom('automl_trial')
    .selectAll()
    .where('run_id', '=', runId)
    .executeTakeFirst()
  return row && toTrial(row)
}

export type TrialOutcome = Pick<Trial, 'state' | 'score' | 'metrics' | 'notebookPath' | 'error'>

/** Ends a running trial; false when it had ended before. */
export async function endTrial(
  db: Db,
  trial: Pick<Trial, 'searchId' | 'number'>,
  outcome: TrialOutcome & { readonly endedAt: Date },
): Promise<boolean> {
  const result = await db
    .updateTable('automl_trial')
    .set({
      state: outcome.state,
      score: outcome.score ?? null,
      metrics: JSON.stringify(outcome.metrics),
      notebook_path: outcome.notebookPath ?? null,
      error: outcome.error ?? null,
      ended_at: outcome.endedAt.getTime(),
    })
    .where('search_id', '=', trial.searchId)
    .where('number', '=', trial.number)
    .where('state', '=', TrialState.Running)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

function toTrial(row: Selectable<AutomlTrialTable>): Trial {
  return {
    searchId: row.search_id,
    number: row.number,
    learner: row.learner,
    point: JSON.parse(row.point) as Point,
    state: row.state,
    runId: row.run_id,
    attemptId: row.attempt_id,
    score: row.score ?? undefined,
    metrics: JSON.parse(row.metrics) as Trial['metrics'],
    notebookPath: row.notebook_path ?? undefined,
    error: row.error ?? undefined,
    startedAt: new Date(Number(row.started_at)),
    endedAt: toDate(row.ended_at),
  }
}
