/**
 * One-row requests from 50 clients to a LightGBM model (here: ONNX in the server) and to a model
 * written in Python (here: worker processes), against `mlflow models serve` of the same files, in
 * turns. The first lines are p50 and p99 of our last run.
 *
 *   node bench/onnx-serving.ts [--seconds 5] [--runs 5] [--clients 50] [--ours]
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ensurePythonEnv } from '../scripts/python-envs.mjs'
import { compare, freePort, load, startPeer, type LoadResult, type Peer } from './harness.ts'
import { startMillrace } from './mlflow-peers.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    runs: { type: 'string', default: '5' },
    clients: { type: 'string', default: '50' },
    ours: { type: 'boolean', default: false },
  },
})
const clients = Number(values.clients)
const seconds = Number(values.seconds)
const columns = Array.from({ length: 10 }, (_, i) => `f${i}`)

const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
try {
  const python = await ensurePythonEnv('mlflow')
  await using ours = await startMillrace(join(folder, 'ours'))
  makeModels(python, ours.url)
  for (const model of ['boosted', 'python']) {
    await deploy(ours.url, model)
    const last: { result?: LoadResult } = {}
    const path = `/serving-endpoints/${model}/invocations`
    const own = {
      name: 'Millrace',
      version: 'this commit',
      durability: 'no capture',
      measure: () => measure(ours.url, path, last),
    }
    if (values.ours) {
      for (let run = 0; run < Number(values.runs); run += 1) show(model, await own.measure(), last)
      continue
    }
    await using peer = await serveWithMlflow(python, join(folder, model))
    const version = spawnSync(python, ['-c', 'import mlflow; print(mlflow.__version__)'])
    const theirs = {
      name: 'mlflow models serve',
      version: version.stdout.toString().trim(),
      durability: 'no capture',
      measure: () => measure(peer.url, '/invocations', {}),
    }
    const title = `${model} model, 1 row a request, ${clients} clients`
    await compare([own, theirs], { title, unit: 'requests/s', runs: Number(values.runs) })
    show(model, last.result?.perSecond ?? Number.NaN, last)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

function show(model: string, perSecond: number, last: { readonly result?: LoadResult }): void {
  const { p50Ms = Number.NaN, p99Ms = Number.NaN } = last.result ?? {}
  const figures = `p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`
  console.log(`  ${model}: ${Math.round(perSecond).toLocaleString('en')} requests/s, ${figures}`)
}

async function measure(url: string, path: string, last: { result?: LoadResult }): Promise<number> {
  let row = 0
  const next = () => {
    row += 1
    const data = [columns.map((_, i) => Math.sin(row + i))]
    return {
      method: 'POST',
      path,
      body: JSON.stringify({ dataframe_split: { columns, data } }),
    }
  }
  last.result = await load({ url, clients, seconds, next })
  return last.result.perSecond
}

function makeModels(python: string, url: string): void {
  const script = fileURLToPath(new URL('serving_models.py', import.meta.url))
  const made = spawnSync(python, [script, url, folder], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (made.status !== 0) throw new Error('serving_models.py failed')
}

async function deploy(url: string, model: string): Promise<void> {
  const api = `${url}/api/2.0/serving-endpoints`
  const config = { served_entities: [{ entity_name: model, entity_version: '1' }] }
  await fetch(api, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: model, config }),
  })
  for (;;) {
    const endpoint = (await (await fetch(`${api}/${model}`)).json()) as {
      readonly state: { readonly ready: string; readonly config_update: string }
      readonly config?: { readonly served_entities: readonly { readonly flavour: string }[] }
    }
    if (endpoint.state.ready === 'READY') {
      console.log(`${model} is served as ${endpoint.config?.served_entities[0]?.flavour}`)
      return
    }
    if (endpoint.state.config_update === 'UPDATE_FAILED') throw new Error(JSON.stringify(endpoint))
    await delay(200)
  }
}

async function serveWithMlflow(python: string, model: string): Promise<Peer> {
  const port = await freePort()
  const args = ['-m', 'mlflow', 'models', 'serve', '-m', model, '-p', String(port)]
  return startPeer({
    command: python,
    args: [...args, '-h', '127.0.0.1', '--env-manager', 'local'],
    // MLflow starts uvicorn by its name.
    env: {
      MLFLOW_DISABLE_TELEMETRY: 'true',
      PATH: `${dirname(python)}${delimiter}${process.env['PATH'] ?? ''}`,
    },
    url: `http://127.0.0.1:${port}`,
    readyPath: '/ping',
  })
}
