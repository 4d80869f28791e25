/**
 * What the tracking room promises, measured beside the newest `mlflow server`, SQLite on both: every
 * workload in turns on our server and on MLflow's with one worker and with its own number of them.
 * A write counts once the server has answered it: both have synced it by then.
 *
 *   node bench/tracking.ts [--only log-metric,search-newest] [--seconds 3] [--runs 5]
 *                          [--seeded 100000] [--workers 1] [--alone] [--postgres] [--soak-minutes 0]
 *
 * `--workers` measures MLflow with that many workers only, `--alone` without MLflow, `--postgres` our
 * server alone on a real Postgres with its own settings (fsync, synchronous_commit). Searches need
 * runs, which `--seeded` says how many: ours through its API, MLflow's straight into its tables and
 * with ANALYZE run for it.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compare, load, type LoadResult, type Peer, type Side } from './harness.ts'
import { startPostgres } from '../tests/support/postgres.ts'
import { startMillrace, startMlflow } from './mlflow-peers.ts'
import { seedMlflow, seedMillrace } from './tracking-seed.ts'
import { openTracked, workloads, type Tracked, type Workload } from './tracking-workloads.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '3' },
    runs: { type: 'string', default: '5' },
    seeded: { type: 'string', default: '100000' },
    workers: { type: 'string' },
    alone: { type: 'boolean', default: false },
    postgres: { type: 'boolean', default: false },
    'soak-minutes': { type: 'string', default: '0' },
  },
})
const isAlone = values.alone || values.postgres
const only = values.only?.split(',')
const chosen = workloads.filter(({ name }) => only?.includes(name) ?? true)
const seeded = chosen.some(({ searches }) => searches) ? Number(values.seeded) : 0

interface Contender {
  readonly words: Omit<Side, 'measure'>
  readonly peer: Peer
  readonly tracked: Tracked
}

const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
await using peers = new AsyncDisposableStack()
peers.defer(() => rm(folder, { recursive: true, force: true }))
const contenders = [await millrace()]
if (!isAlone) {
  const counts = values.workers === undefined ? [1, undefined] : [Number(values.workers)]
  for (const workers of counts) contenders.push(await mlflow(workers))
}
const soakSamples = 20
const verdicts: string[] = []
for (const workload of chosen) verdicts.push(await measure(workload))
if (Number(values['soak-minutes']) > 0) await soak()
console.log(`\n${verdicts.join('\n')}`)
for (const { words, peer } of contenders) {
  console.log(`resident memory afterwards, ${words.name}: ${await mebibytes(peer)} MiB`)
}

async function millrace(): Promise<Contender> {
  const postgres = values.postgres ? peers.use(await startPostgres()) : undefined
  const peer = peers.use(await startMillrace(join(folder, 'ours'), postgres?.url))
  const tracked = await openTracked(peer.url)
  if (seeded > 0) await seedMillrace(peer.url, tracked.seededExperiment, seeded)
  const durability = postgres
    ? 'Postgres, committed before the answer'
    : 'SQLite WAL, log synced before the answer, group commit'
  return { words: { name: 'Millrace', version: 'this commit', durability }, peer, tracked }
}

async function mlflow(workers: number | undefined): Promise<Contender> {
  const own = await mkdtemp(join(folder, 'mlflow-'))
  const peer = peers.use(await startMlflow(own, workers))
  const tracked = await openTracked(peer.url)
  if (seeded > 0) await seedMlflow(join(own, 'mlflow.db'), tracked.seededExperiment, seeded)
  const name = `mlflow server, ${workers ?? 'default'} workers`
  const durability = 'SQLite rollback journal, synchronous=FULL'
  return { words: { name, version: peer.version, durability }, peer, tracked }
}

async function measure(workload: Workload): Promise<string> {
  const { title, unit, better, figure, target, targetRatio } = workload
  const used = contenders.map(() => ({ cpuMs: 0, requests: 0, failures: 0 }))
  const sides = await Promise.all(
    contenders.map(async ({ words, peer, tracked }, index) => {
      // A peer's failures are counted; one of ours ends the bench.
      const once = await opened(workload, { peer, tracked, mayFail: index > 0 })
      await once(0.5)
      const measured = async (): Promise<number> => {
        const before = await peer.cpuMs()
        const result = await once(Number(values.seconds))
        const tally = used[index]
        if (tally) {
          tally.cpuMs += (await peer.cpuMs()) - before
          tally.requests += result.requests
          tally.failures += result.failures
        }
        return figure(result)
      }
      return { ...words, measure: measured }
    }),
  )
  const options = { title, unit, runs: Number(values.runs), ...(better ? { better } : {}) }
  const { medians, ratio } = await compare(sides, options)
  const cpu = used.map(({ cpuMs, requests }) => `${((cpuMs / requests) * 1000).toFixed(0)} µs`)
  console.log(`  processor time of a request: ${cpu.join(' · ')}`)
  for (const [index, { failures, requests }] of used.entries()) {
    if (failures === 0) continue
    const { name } = contenders[index]?.words ?? { name: '' }
    console.log(`  failed, ${name}: ${failures} of ${failures + requests}, not in its figure`)
  }
  const [ours = Number.NaN] = medians
  const enough = better === 'lower' ? ours <= target : ours >= target
  const wanted = `${better === 'lower' ? '≤' : '≥'} ${target.toLocaleString('en')} ${unit}`
  const figures = `${title}: ${ours.toLocaleString('en', { maximumFractionDigits: 2 })} ${unit} (target ${wanted}: ${enough ? 'met' : 'missed'}; ${cpu[0]} of processor time)`
  if (isAlone) return figures
  const times = targetRatio === undefined ? '' : `, target ${targetRatio}×`
  return `${figures}, ${ratio.toFixed(1)}× MLflow${times}`
}

async function opened(
  workload: Workload,
  { peer, tracked, mayFail }: Pick<Contender, 'peer' | 'tracked'> & { readonly mayFail: boolean },
): Promise<(seconds: number) => Promise<LoadResult>> {
  const next = await workload.open(tracked)
  const clients = workload.clients ?? 1
  return (seconds) => load({ url: peer.url, clients, seconds, next, mayFail })
}

/** Mixed load on our server for some minutes; says what memory it came to. */
async function soak(): Promise<void> {
  const [ours] = contenders
  if (!ours) return
  const all = await Promise.all(chosen.map(({ open }) => open(ours.tracked)))
  const next = (client: number, count: number) => {
    const workload = all[(client + count) % all.length]
    if (!workload) throw new Error('No workload was chosen')
    return workload(client, count)
  }
  const seconds = Number(values['soak-minutes']) * 60
  const samples: number[] = []
  const sampling = setInterval(
    () => {
      void mebibytes(ours.peer).then((memory) => samples.push(memory))
    },
    (seconds * 1_000) / soakSamples,
  )
  try {
    const { perSecond } = await load({ url: ours.peer.url, clients: 20, seconds, next })
    const memory = await mebibytes(ours.peer)
    console.log(`\nsoak: ${Math.round(perSecond)} requests/s for ${seconds} s, ${memory} MiB`)
    console.log(`  MiB on the way: ${samples.join(', ')}; the most ${Math.max(...samples)}`)
  } finally {
    clearInterval(sampling)
  }
}

async function mebibytes(peer: Peer): Promise<number> {
  return Math.round((await peer.residentBytes()) / 2 ** 20)
}
