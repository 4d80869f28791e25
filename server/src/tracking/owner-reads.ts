import { query, readScript, type Ctx, type Script } from '../core/index.ts'

/** A way to name something that is in an experiment. */
export interface Belonging {
  readonly kind: 'run' | 'logged_model' | 'trace' | 'experiment_name'
  readonly id: string
}

const statements = {
  run: 'select experiment as id from tracking_run where run_id = ?',
  logged_model: 'select experiment as id from tracking_logged_model where model_id = ?',
  trace: 'select experiment as id from tracking_trace where trace_id = ?',
  experiment_name: 'select id from tracking_experiment where name = ?',
} as const

/** The id of the experiment that something is in; undefined when there is no such thing. */
export async function findExperimentOf(ctx: Ctx, what: Belonging): Promise<string | undefined> {
  return readScript(ctx, experimentOf(what))
}

function* experimentOf({ kind, id }: Belonging): Script<string | undefined> {
  const [row] = yield* query<{ readonly id: number }>(statements[kind], id)
  return row === undefined ? undefined : String(row.id)
}
