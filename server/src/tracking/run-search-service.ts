import { readScript, type Ctx, type Script } from '../core/index.ts'
import { loadRunRows, loadRuns } from './run-reads.ts'
import { findRuns, type FoundRuns } from './run-search.ts'
import { joinSnapshots, loadSnapshots } from './snapshot-store.ts'
import { fillSnapshots } from './snapshot-tasks.ts'
import { RunStatus, type Run, type ViewType } from './types.ts'
import { parseExperimentId } from './validation.ts'
import { runText } from './wire/run-text.ts'

export interface SearchRunsInput {
  readonly experimentIds: readonly string[]
  /** MLflow's filter language: `metrics.auc > 0.8 and tags.team = 'churn'`. */
  readonly filter?: string | undefined
  /** `metrics.auc DESC`, `attributes.start_time`, …; newest first when absent. */
  readonly orderBy?: readonly string[] | undefined
  /** @default 1000; at most 50000 */
  readonly maxResults?: number | undefined
  /** @default ACTIVE_ONLY */
  readonly view?: ViewType | undefined
  readonly pageToken?: string | undefined
}

export interface RunPage {
  readonly runs: readonly Run[]
  readonly nextPageToken: string | undefined
}

export async function searchRuns(ctx: Ctx, input: SearchRunsInput): Promise<RunPage> {
  return readScript(ctx, searchPage(ctx, input))
}

function* searchPage(ctx: Ctx, input: SearchRunsInput): Script<RunPage> {
  const { dialect } = ctx.database
  const { ids, nextPageToken } = yield* find(ctx, input)
  return { runs: yield* loadRuns(dialect, yield* loadRunRows(dialect, ids)), nextPageToken }
}

/** The answer of a search as JSON in UTF-8. */
export async function searchRunsJson(ctx: Ctx, input: SearchRunsInput): Promise<Buffer> {
  const { ids, nextPageToken } = await readScript(ctx, find(ctx, input))
  const parts: Uint8Array[] = []
  if (ids.length > 0) parts.push(text('"runs":['), await runsJson(ctx, ids), text(']'))
  if (nextPageToken !== undefined) {
    parts.push(text(`,"next_page_token":${JSON.stringify(nextPageToken)}`))
  }
  return Buffer.concat([text('{'), ...parts, text('}')])
}

function text(value: string): Buffer {
  return Buffer.from(value)
}

function find(ctx: Ctx, input: SearchRunsInput): Script<FoundRuns> {
  return findRuns(ctx.database.dialect, {
    experiments: [...new Set(input.experimentIds.map(parseExperimentId))],
    filter: input.filter,
    orderBy: input.orderBy,
    view: input.view,
    maxResults: input.maxResults ?? 1_000,
    pageToken: input.pageToken,
  })
}

async function runsJson(ctx: Ctx, ids: readonly number[]): Promise<Uint8Array> {
  const { dialect } = ctx.database
  if (dialect === 'sqlite') {
    const joined = await readScript(ctx, joinSnapshots(ids))
    if (joined) return joined
  }
  const known = dialect === 'sqlite' ? await readScript(ctx, loadSnapshots(ids)) : noSnapshots
  const missing = ids.filter((id) => !known.has(id))
  const rows = await readScript(ctx, loadRunRows(dialect, missing))
  const loaded = await readScript(ctx, loadRuns(dialect, rows))
  const texts = new Map(known)
  for (const [index, row] of rows.entries()) {
    const run = loaded[index]
    if (run) texts.set(row.id, runText(run))
  }
  // A run that goes on would lose its snapshot at the next logged value.
  const ended = rows.filter((row) => row.status !== RunStatus.Running)
  fillSnapshots(
    ctx,
    ended.map((row) => row.id),
  )
  return text(ids.flatMap((id) => texts.get(id) ?? []).join(','))
}

const noSnapshots: ReadonlyMap<number, string> = new Map()
