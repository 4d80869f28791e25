import { AppError, appendEvent, inTransaction, newId, recordEdge, type Ctx } from '../core/index.ts'
import {
  createExperiment,
  createRun,
  getExperimentByName,
  LifecycleStage,
  trackingErrors,
} from '../tracking/index.ts'
import './events.ts'
import { automlErrors } from './errors.ts'
import { examine, type SearchRequest } from './examination.ts'
import { getSearch, hasEnded, type SearchView } from './search-reads.ts'
import { findConductor } from './search-state.ts'
import { findSearchByToken, insertSearch, moveSearch } from './search-store.ts'
import { SearchState, type Search } from './types.ts'

/** Checks what is asked against the data, and starts; the trials come later. */
export async function startSearch(ctx: Ctx, request: SearchRequest): Promise<Search> {
  const { idempotencyToken } = request
  const known = idempotencyToken && (await findSearchByToken(ctx.db, idempotencyToken))
  if (known) return known
  const examined = await examine(ctx, request)
  const now = ctx.now()
  const id = newId(now.getTime())
  const table = examined.data.table.split('.').at(-1) ?? examined.data.table
  const name = `${table}-${examined.spec.target}-${id.slice(4, 12)}${id.slice(-4)}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
  const experimentId = await findOrCreateExperiment(
    ctx,
    request.experimentName ?? `/AutoML/${table}-${examined.spec.target}`,
  )
  const run = await createRun(ctx, {
    experimentId,
    name: `Search ${name}`,
    userId: ctx.principal.name,
    tags: parentTags(id, examined),
  })
  const search: Search = {
    ...examined,
    id,
    name,
    state: SearchState.Preparing,
    message: undefined,
    experimentId,
    runId: run.info.runId,
    environment: undefined,
    principal: ctx.principal,
    idempotencyToken,
    explorationPath: undefined,
    createdAt: now,
    startedAt: undefined,
    endedAt: undefined,
  }
  await inTransaction(ctx, async (tx) => {
    await insertSearch(tx.db, search)
    await recordOrigin(tx, search)
  })
  findConductor(ctx)?.attend(id)
  return search
}

function parentTags(id: string, { spec, data }: Pick<Search, 'spec' | 'data'>) {
  return [
    { key: 'millrace.search_id', value: id },
    { key: 'millrace.dataset', value: `${data.table}@${data.version}` },
    { key: 'millrace.target', value: spec.target },
    { key: 'millrace.metric', value: spec.metric },
    {
      key: 'mlflow.note.content',
      value: `AutoML search for ${spec.target} of ${data.table} at version ${data.version}. Each trial is a nested run and a notebook.`,
    },
  ]
}

async function recordOrigin(tx: Ctx, search: Search): Promise<void> {
  const node = `search:${search.id}` as const
  await recordEdge(tx, { kind: 'PART_OF', from: `run:${search.runId}`, to: node })
  const { attemptId } = search.principal
  if (attemptId !== undefined) {
    await recordEdge(tx, { kind: 'PART_OF', from: node, to: `attempt:${attemptId}` })
  }
  await appendEvent(tx, {
    type: 'automl.search_started',
    subject: node,
    payload: { search_id: search.id, name: search.name },
  })
}

async function findOrCreateExperiment(ctx: Ctx, name: string): Promise<string> {
  try {
    const found = await getExperimentByName(ctx, name)
    if (found.lifecycleStage === LifecycleStage.Active) return found.experimentId
    throw automlErrors.AUTOML_EXPERIMENT_DELETED(name)
  } catch (error) {
    const unknown = trackingErrors.TRACKING_EXPERIMENT_NAME_NOT_FOUND(name).code
    if (!(error instanceof AppError) || error.code !== unknown) throw error
    return createExperiment(ctx, { name })
  }
}

/** Ends a search; the trials so far stay. Answers at once; one that has ended already stays as it is. */
export async function cancelSearch(ctx: Ctx, id: string): Promise<SearchView> {
  const { search } = await getSearch(ctx, id)
  if (!hasEnded(search)) {
    const from = [SearchState.Preparing, SearchState.Running]
    await moveSearch(ctx.db, id, { from, to: SearchState.Cancelling })
    findConductor(ctx)?.attend(id)
  }
  return getSearch(ctx, id)
}

/** Waits until the search has ended, whichever way. */
export async function waitForSearch(ctx: Ctx, id: string): Promise<SearchView> {
  const { search } = await getSearch(ctx, id)
  if (!hasEnded(search)) await findConductor(ctx)?.untilEnded(id)
  return getSearch(ctx, id)
}
