import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import { AppError, type Ctx } from '../core/index.ts'
import { latestInStage, Stage, versionSourceUri, type ModelVersion } from '../registry/index.ts'
import { parseModelFile, qualitySql, scoreTable, type QualityMetric } from '../serving/index.ts'
import { queryParquet, queryRows } from '../tables/index.ts'
import { getRun, listArtifacts, readArtifact } from '../tracking/index.ts'
import type { Evidence, Quality } from './checks/check.ts'
import type { PromotionContract } from './contract-schema.ts'

export interface Gathered {
  readonly evidence: Evidence | undefined
  /** Why the version could not even be scored; then there is no evidence. */
  readonly failure: string | undefined
  readonly championVersion: number | null
  readonly datasetVersion: number | null
}

/** Scores the version and the live one on the same pinned rows and reads what the checks need. */
export async function gatherEvidence(
  ctx: Ctx,
  contract: PromotionContract,
  version: ModelVersion,
): Promise<Gathered> {
  // A dataset that is not there says nothing about the version.
  await queryRows(ctx, { sql: `SELECT * FROM ${datasetSql(contract)} LIMIT 0` })
  const champion = await latestInStage(ctx, version.name, Stage.Production)
  const championVersion = champion?.version ?? null
  const rival = champion && champion.version !== version.version ? champion : undefined
  const folder = await mkdtemp(join(tmpdir(), 'millrace-gate-'))
  try {
    const { evidence, datasetVersion } = await compare(ctx, { contract, version, rival, folder })
    return { evidence, failure: undefined, championVersion, datasetVersion }
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error
    return { evidence: undefined, failure: error.message, championVersion, datasetVersion: null }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function datasetSql({ dataset }: PromotionContract): string {
  return dataset.table
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
}

interface Comparison {
  readonly contract: PromotionContract
  readonly version: ModelVersion
  readonly rival: ModelVersion | undefined
  readonly folder: string
}

async function compare(
  ctx: Ctx,
  { contract, version, rival, folder }: Comparison,
): Promise<{ evidence: Evidence; datasetVersion: number | null }> {
  const scored = await score(ctx, { contract, version, path: join(folder, 'candidate.parquet') })
  const versions = Object.fromEntries(scored.sources.map((s) => [s.table, s.version]))
  const path = join(folder, 'champion.parquet')
  const live = rival && (await score(ctx, { contract, version: rival, path, versions }))
  const evidence = {
    contract,
    candidate: scored.quality,
    champion: live?.quality,
    slices: scored.slices,
    inputs: await readInputs(ctx, version),
    documents: await readDocuments(ctx, contract.documents ?? [], version),
  }
  return { evidence, datasetVersion: scored.sources[0]?.version ?? null }
}

interface ScoreInput {
  readonly contract: PromotionContract
  readonly version: ModelVersion
  readonly path: string
  readonly versions?: Readonly<Record<string, number>>
}

interface Scored {
  readonly quality: Quality
  readonly slices: ReadonlyMap<string, ReadonlyMap<string, Quality>>
  readonly sources: readonly { readonly table: string; readonly version: number }[]
}

async function score(ctx: Ctx, input: ScoreInput): Promise<Scored> {
  const { contract, version, path, versions = {} } = input
  const { sources } = await scoreTable(ctx, {
    name: version.name,
    version: version.version,
    source: { sql: `SELECT * FROM ${datasetSql(contract)}`, versions },
    outputPath: path,
  })
  const overall = await measure(ctx, { contract, path, metrics: wantedMetrics(contract) })
  const slices = new Map<string, ReadonlyMap<string, Quality>>()
  for (const column of new Set((contract.slices ?? []).map((slice) => slice.column))) {
    const metrics = (contract.slices ?? []).filter((s) => s.column === column).map((s) => s.metric)
    slices.set(
      column,
      await measure(ctx, { contract, path, metrics: [...new Set(metrics)], column }),
    )
  }
  return { quality: overall.get('') ?? { rows: 0, metrics: {} }, slices, sources }
}

function wantedMetrics(contract: PromotionContract): QualityMetric[] {
  const asked = [...(contract.thresholds ?? []), ...(contract.against_champion ?? [])]
  return [...new Set(asked.map((each) => each.metric))]
}

interface Measure {
  readonly contract: PromotionContract
  readonly path: string
  readonly metrics: readonly QualityMetric[]
  readonly column?: string
}

async function measure(ctx: Ctx, input: Measure): Promise<Map<string, Quality>> {
  const { label, positive_label: positive } = input.contract.dataset
  const sql = qualitySql({
    from: 'scored',
    label,
    prediction: 'prediction',
    ...(positive === undefined ? {} : { positive: String(positive), probability: 'probability' }),
    metrics: input.metrics,
    ...(input.column === undefined ? {} : { slice: input.column }),
  })
  const { rows } = await queryParquet(ctx, { files: { scored: input.path }, sql })
  return new Map(
    rows.map(([name, count, ...values]) => {
      const found = input.metrics.map((metric, i) => [metric, asNumber(values[i])] as const)
      return [String(name), { rows: Number(count), metrics: Object.fromEntries(found) }]
    }),
  )
}

function asNumber(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value)
}

async function readInputs(ctx: Ctx, version: ModelVersion): Promise<string[] | undefined> {
  const uri = `${await versionSourceUri(ctx, version)}/MLmodel`
  const file = parseModelFile(
    await readText(await readArtifact(ctx, uri)),
    `${version.name}/${version.version}`,
  )
  return file.inputs.kind === 'columns'
    ? file.inputs.columns.map((column) => column.name)
    : undefined
}

async function readDocuments(
  ctx: Ctx,
  wanted: readonly string[],
  version: ModelVersion,
): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  if (wanted.length === 0 || version.runId === '') return found
  const { info } = await getRun(ctx, version.runId)
  for (const path of wanted) {
    const slash = path.lastIndexOf('/')
    const folder = slash < 0 ? '' : `/${path.slice(0, slash)}`
    const name = path.slice(slash + 1)
    const listed = await listArtifacts(ctx, `${info.artifactUri}${folder}`)
    const file = listed.find((entry) => entry.path === name && !entry.isFolder)
    if (file) found.set(path, file.size)
  }
  return found
}
