import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { runPython } from '../support/python.ts'

/** A row of the models that `log_models.py` makes. */
export const churnRow = {
  tenure: 3,
  charges: 80.5,
  contract: 'Month-to-month',
  payment: 'Mailed check',
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

/** Calls a server with JSON. */
export function caller(url: string) {
  return async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const sent =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const answer = await fetch(`${url}${path}`, { method, ...sent })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false
    const decoded = isJson ? (JSON.parse(text) as Record<string, unknown>) : { text }
    return { status: answer.status, headers: answer.headers, body: decoded }
  }
}

export type Call = ReturnType<typeof caller>

/** Logs and registers models with an unmodified MLflow client. */
export async function logModels(url: string, ...names: string[]): Promise<void> {
  const python = await ensurePythonEnv('base')
  const script = new URL('log_models.py', import.meta.url)
  const { code, stdout, stderr } = await runPython(python, script, { args: [url, ...names] })
  if (code !== 0) throw new Error(`log_models.py ended with ${code}:\n${stdout}${stderr}`)
}

export interface Entity {
  readonly model: string
  readonly version: number
  readonly traffic?: number
}

export function configOf(...entities: Entity[]): Record<string, unknown> {
  return {
    served_entities: entities.map(({ model, version }) => ({
      entity_name: model,
      entity_version: String(version),
    })),
    traffic_config: {
      routes: entities.map(({ model, version, traffic = 100 }) => ({
        served_entity_name: `${model}-${version}`,
        traffic_percentage: traffic,
      })),
    },
  }
}

/** The endpoint once no update is in progress. */
export async function settled(call: Call, name: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { body } = await call('GET', `/api/2.0/serving-endpoints/${name}`)
    const state = body['state'] as { config_update: string; ready: string }
    if (state.config_update !== 'IN_PROGRESS') return body
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** The rows of a SQL statement, as texts. */
export async function query(call: Call, statement: string): Promise<string[][]> {
  const { body } = await call('POST', '/api/2.0/sql/statements', {
    statement,
    warehouse_id: 'default',
    wait_timeout: '30s',
  })
  const { state } = body['status'] as { state: string }
  if (state !== 'SUCCEEDED') throw new Error(`${statement}: ${JSON.stringify(body['status'])}`)
  return ((body['result'] as { data_array?: string[][] } | undefined)?.data_array ??
    []) as string[][]
}
