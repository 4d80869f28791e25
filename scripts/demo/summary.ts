import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Millrace } from '@millrace/sdk'
import { shorten, type Display } from './display.ts'
import { DemoError, type DemoServer } from './platform.ts'
import type { WeekResult } from './show-week.ts'
import type { CandidateResult, PipelineResult } from './show-pipeline.ts'

const restMs = 4_000

export interface Summary {
  readonly pipeline: PipelineResult
  readonly candidate: CandidateResult
  readonly week: WeekResult
  readonly server: DemoServer
  readonly began: number
}

interface Search {
  readonly leaderboard?: readonly {
    readonly rank: number | null
    readonly learner: string
    readonly score: number | null
    readonly run_id?: string
  }[]
}

/** What the demo has made, in one screen. */
export async function showSummary(
  millrace: Millrace,
  show: Display,
  { pipeline, candidate, week, server, began }: Summary,
): Promise<void> {
  const { version, approver } = pipeline
  show.heading('Leaderboard')
  for (const line of await leaderboard(millrace, version)) show.text(`  ${line}`)
  show.heading('What there is now')
  const facts: readonly (readonly [string, string])[] = [
    ['model', `churn ${version} in Production, approved by ${approver || 'you'}`],
    ['rejected', `churn ${candidate.version} is ${candidate.stage}: ${reason(candidate.message)}`],
    ['endpoint', await askEndpoint(millrace)],
    [
      'scored',
      `${await countRows(millrace, 'main.churn.predictions')} rows in batch, ${week.streamed.toLocaleString('en')} as they came`,
    ],
    ['retrained', describeRetrained(week)],
    [
      'drift',
      `${week.alert.metric} of ${week.alert.column} ${week.alert.value.toFixed(2)} > ${week.alert.limit}: run ${week.retrainingRunId} retrained`,
    ],
    ['server', await describeMemory(server.pid)],
    ['time', `${((Date.now() - began) / 1000).toFixed(0)} s`],
    ['look', server.url],
  ]
  for (const [name, value] of facts) show.text(`  ${name.padEnd(10)} ${value}`)
}

function describeRetrained({ retrained, stage }: WeekResult): string {
  const what = `churn ${retrained} is in ${stage}`
  return stage === 'Staging' ? `${what}: npx millrace approve models:/churn/${retrained}` : what
}

/** Without the name of whom it is for. */
function reason(message: string): string {
  return shorten(/\d+ of \d+ checks .*/.exec(message)?.[0] ?? message)
}

/** Of the search that the live version comes from. */
async function leaderboard(millrace: Millrace, version: string): Promise<string[]> {
  const { tags = [] } = await millrace.registry.getVersion('churn', version)
  const id = tags.find(({ key }) => key === 'search')?.value ?? ''
  const path = `/api/millrace/1.0/automl/searches/${id}`
  const search = await millrace.http.call<Search>('GET', path)
  const ranked = (search.leaderboard ?? []).filter(({ rank }) => rank !== null)
  const baseline = ranked.find(({ learner }) => learner === 'baseline')
  if (!baseline) throw new DemoError('The leaderboard has no baseline')
  const best = ranked.filter((trial) => trial !== baseline).slice(0, 5)
  return [...best, baseline].map(({ rank, learner, score }) => {
    const place = String(rank).padStart(2)
    return `${place}  ${learner.padEnd(24)} ${score?.toFixed(4) ?? ''}`
  })
}

/** Scores one customer through the endpoint, as an application would. */
async function askEndpoint(millrace: Millrace): Promise<string> {
  const { columns, rows } = await millrace.tables.query(
    'select * exclude (customer_id, week, churn) from main.churn.training order by customer_id limit 1',
  )
  const record = Object.fromEntries(
    columns.map(({ name, type }, index) => [name, toJson(rows[0]?.[index] ?? null, type)]),
  )
  const began = performance.now()
  const answer = await millrace.http.call('POST', '/serving-endpoints/churn/invocations', {
    body: { dataframe_records: [record] },
  })
  return `${JSON.stringify(answer)} in ${(performance.now() - began).toFixed(1)} ms`
}

function toJson(value: string | null, type: string): string | number | null {
  return value !== null && /int|double|float|decimal/i.test(type) ? Number(value) : value
}

async function countRows(millrace: Millrace, table: string): Promise<string> {
  const { rows } = await millrace.tables.query(`select count(*) from ${table}`)
  return Number(rows[0]?.[0] ?? 0).toLocaleString('en')
}

/** Right after the work, and once the heap has shrunk behind it. */
async function describeMemory(pid: number): Promise<string> {
  const after = await residentMiB(pid)
  await delay(restMs)
  return `${await residentMiB(pid)} MiB resident at rest, ${after} right after the work`
}

/** From Linux' own account of the process; elsewhere it is not known. */
async function residentMiB(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kibibytes = /VmRSS:\s+(\d+)/.exec(status)?.[1]
  return kibibytes === undefined ? '?' : (Number(kibibytes) / 1024).toFixed(0)
}
