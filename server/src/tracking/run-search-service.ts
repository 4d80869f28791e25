import { readScript, type Ctx } from '../core/index.ts'
import { loadRuns } from './run-reads.ts'
import { searchRunRows, type RunRowPage } from './run-search.ts'
import { toRunInfo } from './run-store.ts'
import { loadSnapshots } from './snapshot-store.ts'
import { fillSnapshots } from './snapshot-tasks.ts'
import { RunStatus, type Run, type ViewType } from './types.ts'
import { parseExperimentId } from './validation.ts'
import { runBodyText, runText } from './wire/run-text.ts'

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
  const { rows, nextPageToken } = await findRows(ctx, input)
  return { runs: await readScript(ctx, loadRuns(ctx.database.dialect, rows)), nextPageToken }
}

/** The answer of a search as JSON text. */
export async function searchRunsText(ctx: Ctx, input: SearchRunsInput): Promise<string> {
  const { rows, nextPageToken } = await findRows(ctx, input)
  const parts: string[] = []
  if (rows.length > 0) parts.push(`"runs":[${(await runTexts(ctx, rows)).join(',')}]`)
  if (nextPageToken !== undefined) parts.push(`"next_page_token":${JSON.stringify(nextPageToken)}`)
  return `{${parts.join(',')}}`
}

async function findRows(ctx: Ctx, input: SearchRunsInput): Promise<RunRowPage> {
  const search = {
    experiments: [...new Set(input.experimentIds.map(parseExperimentId))],
    filter: input.filter,
    orderBy: input.orderBy,
    view: input.view,
    maxResults: input.maxResults ?? 1_000,
    pageToken: input.pageToken,
  }
  return readScript(ctx, searchRunRows(ctx.database.dialect, search))
}

async function runTexts(ctx: Ctx, rows: RunRowPage['rows']): Promise<string[]> {
  const { dialect } = ctx.database
  const ids = rows.map((row) => row.id)
  const bodies =
    dialect === 'sqlite' ? await readScript(ctx, loadSnapshots(ids)) : new Map<number, string>()
  const missing = rows.filter((row) => !bodies.has(row.id))
  const loaded = await readScript(ctx, loadRuns(dialect, missing))
  for (const [index, row] of missing.entries()) {
    const run = loaded[index]
    if (run) bodies.set(row.id, runBodyText(run))
  }
  // A run that goes on would lose its snapshot at the next logged value.
  const ended = missing.filter((row) => row.status !== RunStatus.Running)
  fillSnapshots(
    ctx,
    ended.map((row) => row.id),
  )
  return rows.map((row) => runText(toRunInfo(row), bodies.get(row.id) ?? '"data":{}'))
}
