/**
 * log-metric: 20 clients, each logging to a run of its own, answered after commit.
 * Our server against `mlflow server` (one worker, and its default), all on SQLite, in turns.
 *
 *   node bench/log-metric.ts [--seconds 5] [--runs 5]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compare, load, type Peer, type Side } from './harness.ts'
import { createRuns, startMillrace, startMlflow } from './mlflow-peers.ts'

const clients = 20
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    runs: { type: 'string', default: '5' },
  },
})

const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
try {
  await using ours = await startMillrace(join(folder, 'ours'))
  await using alone = await startMlflow(folder, 1)
  const mlflowDurability = 'SQLite rollback journal, synchronous=FULL'
  const sides = [
    await side(ours, {
      name: 'Millrace',
      version: 'this commit',
      durability: 'SQLite WAL, log synced before the answer, group commit',
    }),
    await side(alone, {
      name: 'mlflow server, 1 worker',
      version: alone.version,
      durability: mlflowDurability,
    }),
  ]
  await using several = await startMlflow(await mkdtemp(join(folder, 'default-')))
  sides.push(
    await side(several, {
      name: 'mlflow server, default workers',
      version: several.version,
      durability: mlflowDurability,
    }),
  )
  const title = `log-metric, ${clients} clients, acknowledged after commit`
  await compare(sides, { title, unit: 'metrics/s', runs: Number(values.runs) })
  for (const [name, peer] of Object.entries({ ours, alone, several })) {
    const mebibytes = Math.round((await peer.residentBytes()) / 2 ** 20)
    console.log(`  resident memory afterwards, ${name}: ${mebibytes} MiB`)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function side(peer: Peer, words: Omit<Side, 'measure'>): Promise<Side> {
  const runs = await createRuns(peer.url, clients)
  let step = 0
  const next = (client: number) => ({
    method: 'POST',
    path: '/api/2.0/mlflow/runs/log-metric',
    body: JSON.stringify({
      run_id: runs[client],
      key: 'loss',
      value: Math.random(),
      timestamp: Date.now(),
      step: (step += 1),
    }),
  })
  const seconds = Number(values.seconds)
  return {
    ...words,
    measure: async () => (await load({ url: peer.url, clients, seconds, next })).perSecond,
  }
}
