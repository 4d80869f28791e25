import { listAudit } from '../auth/index.ts'
import { AppError, listEdges, type Ctx, type LineageEdge, type LineageNode } from '../core/index.ts'
import { listEvaluations, type Evaluation } from '../gates/index.ts'
import { getVersion, type ModelVersion } from '../registry/index.ts'
import { getEndpoint, type Endpoint } from '../serving/index.ts'
import { getRun } from '../tracking/index.ts'
import { traceAttempts } from './attempt-reads.ts'
import { parseVersionNode } from './node.ts'
import { listReplays } from './replay-store.ts'
import { describeCode, describeEnvironment, describeTables, seedsOf } from './why-facts.ts'

const evaluationsShown = 20
const replaysShown = 5

/** Everything recorded about where a model version comes from, who let it through, what it did. */
export async function explainVersion(ctx: Ctx, asked: string): Promise<Record<string, unknown>> {
  const { name, version: number } = parseVersionNode(asked)
  const version = await getVersion(ctx, { name, version: number })
  const node: LineageNode = `model:${name}/${number}`
  const { attempts, cut } = await traceAttempts(ctx, await trainingAttempts(ctx, version))
  const evaluations = await listEvaluations(ctx.db, {
    model: name,
    version: number,
    limit: evaluationsShown,
  })
  const run = await describeRun(ctx, version)
  const data = tablesRead(attempts.map((attempt) => attempt.read))
  return {
    node,
    version: describeVersion(version),
    run,
    data,
    tables: await describeTables(ctx, data),
    code: describeCode(attempts),
    environment: describeEnvironment(attempts),
    seeds: run ? seedsOf(run.parameters) : {},
    attempts,
    ...(cut ? { attempts_cut: true } : {}),
    checks: evaluations.map(describeEvaluation),
    decisions: await describeDecisions(ctx, node),
    live_at: await describeEndpoints(ctx, version),
    scored: (await listEdges(ctx.db, { from: node, kind: 'SCORED' })).map(describeEdge),
    replays: await describeReplays(ctx, version),
    replay: `npx millrace replay models:/${name}/${number}`,
  }
}

function describeVersion(version: ModelVersion): Record<string, unknown> {
  return {
    name: version.name,
    version: version.version,
    stage: version.stage,
    registered_by: version.userId,
    registered_at: new Date(version.createdAt).toISOString(),
    source: version.source,
    description: version.description,
    tags: Object.fromEntries(version.tags.map((tag) => [tag.key, tag.value])),
    aliases: version.aliases,
  }
}

interface RunFacts {
  readonly run_id: string
  readonly name: string
  readonly user: string
  readonly parameters: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, number>>
  readonly datasets: readonly { readonly name: string; readonly digest: string }[]
}

async function describeRun(ctx: Ctx, version: ModelVersion): Promise<RunFacts | null> {
  if (version.runId === '') return null
  const run = await getRun(ctx, version.runId)
  return {
    run_id: version.runId,
    name: run.info.name,
    user: run.info.userId,
    parameters: Object.fromEntries(run.params.map((param) => [param.key, param.value])),
    metrics: Object.fromEntries(run.metrics.map((metric) => [metric.key, metric.value])),
    datasets: run.datasetInputs.map(({ dataset }) => ({
      name: dataset.name,
      digest: dataset.digest,
    })),
  }
}

/** The processes that logged the run, or asked for the search that it belongs to. */
async function trainingAttempts(ctx: Ctx, version: ModelVersion): Promise<string[]> {
  if (version.runId === '') return []
  const run: LineageNode = `run:${version.runId}`
  const logged = await listEdges(ctx.db, { to: run, kind: 'LOGGED' })
  const searches = await listEdges(ctx.db, { from: run, kind: 'PART_OF' })
  const asked: LineageEdge[] = []
  for (const search of searches) {
    asked.push(...(await listEdges(ctx.db, { from: search.to, kind: 'PART_OF' })))
  }
  return [...new Set([...logged.map((edge) => edge.from), ...asked.map((edge) => edge.to)])]
}

function tablesRead(read: readonly (readonly string[])[]): string[] {
  return [...new Set(read.flat())].map((node) => node.replace(/^table:/, '')).sort()
}

async function describeDecisions(ctx: Ctx, node: LineageNode): Promise<Record<string, unknown>[]> {
  const entries = await listAudit(ctx.db, { after: 0, limit: 1000, subject: node })
  return entries.map((entry) => ({
    action: entry.action,
    by: entry.principal,
    at: entry.createdAt.toISOString(),
    ...entry.data,
    hash: entry.hash,
  }))
}

async function describeEndpoints(
  ctx: Ctx,
  { name, version }: ModelVersion,
): Promise<Record<string, unknown>[]> {
  const served = await listEdges(ctx.db, { from: `model:${name}/${version}`, kind: 'SERVED' })
  return Promise.all(
    served.map(async (edge) => {
      const endpointName = edge.to.replace(/^endpoint:/, '')
      const endpoint = await findEndpoint(ctx, endpointName)
      const entity = endpoint?.live?.entities.find(
        ({ model }) => model.name === name && model.version === version,
      )
      return {
        endpoint: endpointName,
        since: edge.createdAt.toISOString(),
        still_there: endpoint !== undefined,
        serves_it_now: entity !== undefined,
        traffic_percentage: entity?.trafficPercentage ?? 0,
      }
    }),
  )
}

async function findEndpoint(ctx: Ctx, name: string): Promise<Endpoint | undefined> {
  try {
    return await getEndpoint(ctx, name)
  } catch (error) {
    if (error instanceof AppError && error.status === 404) return undefined
    throw error
  }
}

function describeEdge(edge: LineageEdge): Record<string, unknown> {
  return {
    table: edge.to.replace(/^table:/, ''),
    at: edge.createdAt.toISOString(),
    by: edge.principal,
    ...edge.data,
  }
}

function describeEvaluation(evaluation: Evaluation): Record<string, unknown> {
  return {
    evaluation_id: evaluation.id,
    contract_version: evaluation.contractVersion,
    champion_version: evaluation.championVersion,
    dataset: evaluation.dataset,
    dataset_version: evaluation.datasetVersion,
    passed: evaluation.passed,
    by: evaluation.principal,
    at: evaluation.createdAt.toISOString(),
    checks: evaluation.checks,
  }
}

async function describeReplays(
  ctx: Ctx,
  { name, version }: ModelVersion,
): Promise<Record<string, unknown>[]> {
  const replays = await listReplays(ctx.db, { model: name, version, limit: replaysShown })
  return replays.map((replay) => ({
    replay_id: replay.id,
    state: replay.state,
    differences: replay.differences.length,
    by: replay.principal,
    at: replay.createdAt.toISOString(),
  }))
}
