/** Many ended runs for searches: five metrics, five params and three tags each, the same on both sides. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ensurePythonEnv } from '../scripts/python-envs.mjs'
import { call } from './mlflow-peers.ts'

const clients = 32
const firstStart = 1_760_000_000_000

/** Through the API, as a client would. */
export async function seedMillrace(url: string, experiment: string, count: number): Promise<void> {
  const turns = Array.from({ length: count }, (_, index) => index).values()
  const worker = async (): Promise<void> => {
    for (const index of turns) await seedRun(url, experiment, index)
  }
  await Promise.all(Array.from({ length: clients }, worker))
}

async function seedRun(url: string, experiment_id: string, index: number): Promise<void> {
  const start = firstStart + index * 1_000
  const made = await call<{ run: { info: { run_id: string } } }>(url, 'runs/create', {
    experiment_id,
    run_name: `seeded-${index}`,
    start_time: start,
    tags: pairs({
      'mlflow.user': `user-${index % 7}`,
      'mlflow.source.name': 'train.py',
      team: `team-${index % 11}`,
    }),
  })
  const { run_id } = made.run.info
  const metrics = ['loss', 'acc', 'auc', 'f1', 'seconds'].map((key, which) => ({
    key,
    value: spread(index * 5 + which),
    timestamp: start,
    step: 0,
  }))
  const params = pairs({
    learner: index % 3 === 0 ? 'lightgbm' : 'xgboost',
    depth: String(index % 13),
    rate: String(spread(index + 17)),
    seed: String(index),
    folds: '5',
  })
  await call(url, 'runs/log-batch', { run_id, metrics, params })
  await call(url, 'runs/update', { run_id, status: 'FINISHED', end_time: start + 500 })
}

function pairs(values: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(values).map(([key, value]) => ({ key, value }))
}

/** Numbers in [0, 1) that look random and are the same everywhere. */
function spread(index: number): number {
  return ((index * 2_654_435_761) % 4_294_967_296) / 4_294_967_296
}

/** Straight into MLflow's tables: through its API it would take half an hour. */
export async function seedMlflow(
  database: string,
  experiment: string,
  count: number,
): Promise<void> {
  const python = await ensurePythonEnv('mlflow')
  const script = fileURLToPath(new URL('tracking_seed.py', import.meta.url))
  const args = [script, database, experiment, String(count), String(firstStart)]
  const child = spawn(python, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`MLflow's tables could not be seeded (exit ${code})`)
}
