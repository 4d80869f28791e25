/**
 * Garbage collection: active → deleted (by a person) → purged (here) → its artifacts gone.
 *
 * Rows and the note of what they leave in the artifact store go in one transaction; artifacts are
 * deleted after it, then the note. A server that is killed between finds the notes at its next
 * start. Each transaction asks anew whether a thing is still deleted and still not needed.
 */
import { appendAudit } from '../auth/index.ts'
import {
  appendEvent,
  inTransaction,
  query,
  readScript,
  runScript,
  type Ctx,
  type Script,
} from '../core/index.ts'
import { parseArtifactPath } from './artifact-path.ts'
import { storeOf } from './artifact-service.ts'
import { artifactPathOf, isServedHere } from './artifact-uri.ts'
import { trackingErrors } from './errors.ts'
import { findNeeds, type GcCandidate } from './gc-needs.ts'
import {
  deleteLeftover,
  insertLeftover,
  isInUse,
  isStillDeleted,
  listDeleted,
  listLeftovers,
  purgeRow,
  type DeletedRow,
} from './gc-store.ts'

export interface GcInput {
  readonly dryRun: boolean
  /** Only what has been in state deleted for at least so long. */
  readonly olderThanMs: number
  /** Only these, all of which must be in state deleted; everything when none of the three is given. */
  readonly runIds?: readonly string[]
  readonly experimentIds?: readonly string[]
  readonly modelIds?: readonly string[]
}

export interface GcItem {
  readonly kind: GcCandidate['kind']
  readonly id: string
  /** What goes from the artifact store; null when the place is not the item's alone, or not kept here. */
  readonly artifacts: string | null
}

export interface GcReport {
  /** What went, or with a dry run would go. */
  readonly deleted: readonly GcItem[]
  readonly kept: readonly (GcItem & { readonly because: readonly string[] })[]
}

interface Pass {
  readonly input: GcInput
  readonly deleted: GcItem[]
  readonly kept: (GcItem & { readonly because: readonly string[] })[]
  /** Runs and models of a dry run that would be gone by the time of the experiments. */
  readonly gone: Set<string>
}

const atOnce = 200

/** Deletes for good what is deleted and old enough, except what other rooms need. */
export async function collectGarbage(ctx: Ctx, input: GcInput): Promise<GcReport> {
  const pass: Pass = { input, deleted: [], kept: [], gone: new Set() }
  const kinds = ['run', 'logged_model', 'experiment'] as const
  for (const kind of kinds) {
    const rows = (await listAll(ctx, kind)).filter((row) => isAsked(input, row))
    assertDeleted(kind, { asked: askedOf(input, kind), rows })
    for (let at = 0; at < rows.length; at += atOnce) {
      await collectSome(ctx, pass, rows.slice(at, at + atOnce))
    }
  }
  if (!input.dryRun) await dropLeftovers(ctx)
  return { deleted: pass.deleted, kept: pass.kept }
}

async function listAll(ctx: Ctx, kind: GcCandidate['kind']): Promise<DeletedRow[]> {
  const all: DeletedRow[] = []
  for (;;) {
    const after = all.at(-1)?.number ?? -1
    const rows = await readScript(ctx, listDeleted(kind, { after, limit: 5_000 }))
    all.push(...rows)
    if (rows.length < 5_000) return all
  }
}

function askedOf(input: GcInput, kind: GcCandidate['kind']): readonly string[] {
  const { runIds, experimentIds, modelIds } = input
  const asked = { run: runIds, experiment: experimentIds, logged_model: modelIds }
  return asked[kind] ?? []
}

function isAsked(input: GcInput, row: DeletedRow): boolean {
  const { runIds, experimentIds, modelIds } = input
  const isEverything = ![runIds, experimentIds, modelIds].some((ids) => ids && ids.length > 0)
  return isEverything || askedOf(input, row.kind).includes(row.id)
}

function assertDeleted(
  kind: string,
  { asked, rows }: { asked: readonly string[]; rows: readonly DeletedRow[] },
): void {
  const found = new Set(rows.map((row) => row.id))
  const missing = asked.find((id) => !found.has(id))
  if (missing === undefined) return
  throw trackingErrors.TRACKING_NOT_DELETED(kind.replace('_', ' '), missing)
}

async function collectSome(ctx: Ctx, pass: Pass, rows: readonly DeletedRow[]): Promise<void> {
  if (pass.input.dryRun) return sort(ctx, pass, rows).then(() => {})
  // What a transaction reports counts only once it is committed.
  const done = await inTransaction(ctx, async (tx) => {
    const part: Pass = { ...pass, deleted: [], kept: [] }
    const doomed = await sort(tx, part, rows)
    for (const row of doomed) await purge(tx, row)
    if (doomed.length > 0) await record(tx, part.deleted)
    return part
  })
  pass.deleted.push(...done.deleted)
  pass.kept.push(...done.kept)
}

/** Puts each row under deleted or kept; answers those to delete. */
async function sort(ctx: Ctx, pass: Pass, rows: readonly DeletedRow[]): Promise<DeletedRow[]> {
  const needs = await findNeeds(ctx, rows)
  const doomed: DeletedRow[] = []
  for (const row of rows) {
    if (!(await readScript(ctx, isStillDeleted(row)))) continue
    const item = { kind: row.kind, id: row.id, artifacts: ownPath(row) ?? null }
    const because = [...(needs.get(row) ?? []), ...(await otherReasons(ctx, pass, row))]
    if (because.length > 0) {
      pass.kept.push({ ...item, because })
      continue
    }
    pass.deleted.push(item)
    pass.gone.add(`${row.kind} ${row.id}`)
    doomed.push(row)
  }
  return doomed
}

async function otherReasons(ctx: Ctx, pass: Pass, row: DeletedRow): Promise<string[]> {
  const reasons: string[] = []
  const age = ctx.now().getTime() - row.deletedAt
  if (age < pass.input.olderThanMs) {
    reasons.push(`deleted only since ${new Date(row.deletedAt).toISOString()}`)
  }
  if (row.kind !== 'experiment') return reasons
  if (row.number === 0) reasons.push('the default experiment')
  if (await holdsMore(ctx, pass, row.number)) reasons.push('runs or logged models in it')
  return reasons
}

/** A dry run has not deleted what would have been by now. */
async function holdsMore(ctx: Ctx, pass: Pass, experiment: number): Promise<boolean> {
  if (!pass.input.dryRun) return readScript(ctx, isInUse(experiment))
  const ids = ctx.db
    .selectFrom('tracking_logged_model')
    .select('model_id as id')
    .where('experiment', '=', experiment)
  const models = await ids.execute()
  if (models.some(({ id }) => !pass.gone.has(`logged_model ${id}`))) return true
  const runs = await readScript(ctx, runsOf(experiment))
  return runs.some((id) => !pass.gone.has(`run ${id}`))
}

function* runsOf(experiment: number): Script<readonly string[]> {
  const rows = yield* query<{ id: string }>(
    'select run_id as id from tracking_run where experiment = ?',
    experiment,
  )
  return rows.map((row) => row.id)
}

async function purge(tx: Ctx, row: DeletedRow): Promise<void> {
  const path = ownPath(row)
  await runScript(tx, function* () {
    yield* purgeRow(tx, row)
    if (path !== undefined) yield* insertLeftover(path, tx.now().getTime())
  })
}

/** The folder that is the item's alone: its id is in the path; an experiment's is its number. */
function ownPath({ kind, id, artifactUri }: DeletedRow): string | undefined {
  if (!isServedHere(artifactUri)) return undefined
  const path = artifactPathOf(artifactUri)
  if (kind === 'experiment') return path === id ? path : undefined
  const parts = path.split('/')
  const at = parts.lastIndexOf(id)
  return at < 0 ? undefined : parts.slice(0, at + 1).join('/')
}

async function record(tx: Ctx, purged: readonly GcItem[]): Promise<void> {
  const ids = (kind: GcItem['kind']) =>
    purged.filter((item) => item.kind === kind).map((item) => item.id)
  const data = {
    runs: ids('run'),
    logged_models: ids('logged_model'),
    experiments: ids('experiment'),
  }
  const subject = `${purged[0]?.kind.replace('_', '-')}:${purged[0]?.id}` as const
  await appendAudit(tx, { action: 'tracking.purged', subject, data })
  await appendEvent(tx, { type: 'tracking.purged', subject, payload: data })
}

/** Deletes what purged rows left in the artifact store; what an earlier try left as well. */
export async function dropLeftovers(ctx: Ctx): Promise<void> {
  for (;;) {
    const left = await readScript(ctx, listLeftovers(100))
    if (left.length === 0) return
    for (const { path } of left) {
      await storeOf(ctx).remove(parseArtifactPath(path))
      await runScript(ctx, () => deleteLeftover(path))
    }
  }
}
