import { query, readScript, type Ctx, type Script } from '../core/index.ts'

/** A way to name something that is of experiments. */
export interface Judged {
  readonly kind: 'dataset'
  readonly id: string
}

const statements = {
  dataset: `select e.experiment from evaluation_dataset d
    left join evaluation_dataset_experiment e on e.dataset = d.id where d.dataset_id = ?`,
} as const

/** The experiments that something is of; undefined when there is no such thing. */
export async function experimentsOf(
  ctx: Ctx,
  what: Judged,
): Promise<readonly string[] | undefined> {
  return readScript(ctx, find(what))
}

function* find({ kind, id }: Judged): Script<string[] | undefined> {
  const rows = yield* query<{ experiment: number | null }>(statements[kind], id)
  if (rows.length === 0) return undefined
  return rows.flatMap(({ experiment }) => (experiment === null ? [] : [String(experiment)]))
}
