import { MillraceApiError, openHttp, type Millrace } from '@millrace/sdk'
import { httpSource } from './import/http-source.ts'
import { sqliteSource } from './import/sqlite-source.ts'
import type { Source } from './import/source.ts'
import { Tally, type Kind } from './import/tally.ts'
import { transferModels } from './import/transfer-models.ts'
import { markTag, transferRuns } from './import/transfer.ts'
import { UsageError, type Call, type Verb } from './verb.ts'

export const importVerb: Verb = {
  usage: 'import mlflow <mlflow.db | http://host:port> [--artifacts DIR] [--experiment NAME]...',
  summary: 'bring over the experiments, runs, models and artifacts of an MLflow server',
  examples: [
    'npx millrace import mlflow http://mlflow.example.com:5000',
    'npx millrace import mlflow ./mlflow.db --artifacts ./mlartifacts',
    'npx millrace import mlflow http://127.0.0.1:5001 --experiment churn --json',
  ],
  words: [2, 2],
  flags: {
    artifacts: {
      takes: 'DIR',
      help: 'where the server of a database file keeps mlflow-artifacts:',
    },
    experiment: { takes: 'NAME', help: 'only this one, without models', repeatable: true },
  },
  run: async (call) => {
    const [what = '', where = ''] = call.words
    if (what !== 'mlflow') throw new UsageError(`'${what}' cannot be imported; mlflow can`)
    const source = openSource(call, where)
    try {
      return await bringOver(call, source)
    } finally {
      source.close()
    }
  },
}

function openSource(call: Call, where: string): Source {
  if (/^https?:\/\//.test(where)) {
    const token = call.env['MLFLOW_TRACKING_TOKEN']
    return httpSource(openHttp({ url: where, token }))
  }
  const path = where.replace(/^sqlite:\/{3}/, '')
  if (/^[a-z0-9+]+:\/\//i.test(path)) {
    throw new UsageError(
      `'${where}' cannot be read. Name the database file of an MLflow server, or the http address of a running one`,
    )
  }
  return sqliteSource(path, { artifacts: call.flag('artifacts') })
}

async function bringOver(call: Call, source: Source): Promise<number> {
  const { out } = call
  const millrace = call.millrace()
  const tally = new Tally()
  const experiments = call.flags('experiment')
  const onProgress = progress(call, tally)
  const transfer = { millrace, source, tally, experiments, onProgress, places: new Map() }
  const targets = await transferRuns(transfer)
  const models = experiments.length === 0 ? await transferModels(transfer) : []
  if (out.isTerminal && !out.json) out.line()
  const missing = experiments.filter((name) => tally.of('experiments') === 0 && name !== '')
  if (missing.length > 0) throw new Error(`${source.name} has no experiment ${missing.join(', ')}`)
  const found = await countHere(millrace, { source, targets, models })
  const there = tally.counts()
  const rows = Object.entries(there).map(([kind, count]) => {
    const here = found[kind as Kind]
    return [kind, String(count), here === undefined ? '' : String(here)]
  })
  out.table(['WHAT', 'THERE', 'HERE'], rows)
  for (const uri of tally.unreachable.slice(0, 5)) {
    out.warn(`Artifacts of ${uri} cannot be reached from here${hint(call, uri)}`)
  }
  const differs = rows.filter(([, count, here]) => here !== '' && here !== count)
  const unreachable = tally.unreachable.length
  out.result({ source: source.name, there, here: found, unreachable })
  for (const [kind, count, here] of differs) out.warn(`${kind}: ${count} there, ${here} here`)
  return differs.length === 0 && unreachable === 0 ? 0 : 1
}

function hint(call: Call, uri: string): string {
  const isProxied = uri.startsWith('mlflow-artifacts:') && call.flag('artifacts') === undefined
  return isProxied ? '; name their folder with --artifacts' : ''
}

function progress({ out }: Call, tally: Tally): () => void {
  let shown = 0
  return () => {
    const now = performance.now()
    if (out.json || !out.isTerminal || now - shown < 100) return
    shown = now
    const { runs, models, ...rest } = tally.counts()
    const files = rest['artifact files']
    const text = `${runs} runs · ${rest['metric points']} metric points · ${files} files · ${models} models`
    out.raw(`\r${text.padEnd(Math.min(out.columns - 1, 78))}`)
  }
}

interface Brought {
  readonly source: Source
  readonly targets: readonly string[]
  readonly models: readonly string[]
}

/** Reads back what is here now. Metric points and files are not read again: each was acknowledged. */
async function countHere(
  millrace: Millrace,
  { source, targets, models }: Brought,
): Promise<Partial<Record<Kind, number>>> {
  const tally = new Tally()
  for (const experiment of targets) {
    tally.add('experiments', 1)
    const search = {
      experiment_ids: [experiment],
      filter: `tags.\`${markTag}\` = '${source.name.replaceAll("'", "''")}'`,
      run_view_type: 'ALL' as const,
    }
    for await (const page of millrace.tracking.searchRuns(search)) {
      for (const { data } of page) {
        tally.add('runs', 1)
        tally.add('params', data.params?.length ?? 0)
        tally.add('metrics', data.metrics?.length ?? 0)
      }
    }
  }
  for (const name of models) await countModel(millrace, name, tally)
  const counts = tally.counts()
  const { experiments, runs, params, metrics, aliases } = counts
  const read = { experiments, runs, params, metrics }
  if (models.length === 0) return read
  return { ...read, models: counts.models, 'model versions': counts['model versions'], aliases }
}

async function countModel(millrace: Millrace, name: string, tally: Tally): Promise<void> {
  const model = await millrace.registry.getModel(name).catch((error: unknown) => {
    if (error instanceof MillraceApiError && error.status === 404) return undefined
    throw error
  })
  if (!model) return
  tally.add('models', 1)
  tally.add('aliases', model.aliases?.length ?? 0)
  const versions = await millrace.registry.listVersions(name)
  const ofPrompt = await millrace.registry.listVersions(name, { isPrompt: true })
  const numbers = new Set([...versions, ...ofPrompt].map(({ version }) => version))
  tally.add('model versions', numbers.size)
}
