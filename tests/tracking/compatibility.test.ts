/**
 * docs/compatibility.md says which calls of MLflow and Databricks this server answers. It is what the
 * server itself says here; `vitest run -u` on this file writes it anew.
 */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { startServer } from '../support/server.ts'

interface Endpoint {
  readonly area: string
  /** The first MLflow release that has it; empty for Databricks. */
  readonly since: string
  readonly method: string
  readonly path: string
  readonly isAnswered: boolean
}

/** What nobody who trains, registers, judges and serves models needs; asked for, it is not found. */
const reasons: Readonly<Record<string, string>> = {
  'AI gateway': 'a proxy to other vendors’ language models',
  'Assistant and jobs of the GenAI pages': 'work of MLflow’s own web pages',
  Issues: 'work of MLflow’s own web pages',
  'Label schemas and review queues': 'people judging chats by hand',
  'MCP servers': 'a catalogue of tools for chat models',
  'Prompt optimisation': 'needs a language model',
  Traces: 'calls that only Databricks serves',
  Workspaces: 'one server is one workspace; `server-info` says so and clients then send none',
}

test('docs/compatibility.md says what the server answers', async () => {
  await using server = await startServer()
  const mlflow = await probe(server.url, await load('endpoints.tsv'))
  const databricks = await probe(server.url, await load('databricks-endpoints.tsv'))
  const document = describe(mlflow, databricks)
  await expect(document).toMatchFileSnapshot('../../docs/compatibility.md')
})

type Listed = Omit<Endpoint, 'isAnswered'>

async function load(file: string): Promise<readonly Listed[]> {
  const text = await readFile(new URL(file, import.meta.url), 'utf8')
  const [head = '', ...lines] = text.trim().split('\n')
  const names = head.split('\t')
  return lines.map((line) => {
    const fields = new Map(line.split('\t').map((value, index) => [names[index], value]))
    const field = (name: string): string => fields.get(name) ?? ''
    const [area, since] = [field('area'), field('since')]
    return { area, since, method: field('method'), path: field('path') }
  })
}

async function probe(url: string, endpoints: readonly Listed[]): Promise<readonly Endpoint[]> {
  const probed: Endpoint[] = []
  for (const endpoint of endpoints) {
    const { method } = endpoint
    const path = endpoint.path.replaceAll(/\{\w+\}/g, 'x')
    const withBody = method === 'POST' || method === 'PATCH' || method === 'PUT'
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      ...(withBody ? { headers: { 'content-type': 'application/json' }, body: '{}' } : {}),
    })
    const text = await response.text()
    expect(response.status, `${method} ${path}: ${text.slice(0, 300)}`).not.toBe(500)
    const isPage = response.headers.get('content-type')?.startsWith('text/html') === true
    probed.push({ ...endpoint, isAnswered: !isPage && !isUnknown(response.status, text) })
  }
  return probed
}

/** HEAD has no body that could say why. */
function isUnknown(status: number, text: string): boolean {
  return status === 404 && text.includes('"ENDPOINT_NOT_FOUND"')
}

function describe(mlflow: readonly Endpoint[], databricks: readonly Endpoint[]): string {
  return `# Compatibility

Which calls of the two wire languages this server answers. A test asks a running server for every one
of them and writes this page. What is left out answers 404 with \`ENDPOINT_NOT_FOUND\`, on which MLflow's
clients fall back or say so; a field that is not honoured is refused by name.

## MLflow

Clients from 2.9 to 3.17. Every call under \`/api\` is also under \`/ajax-api\`.

${versions(mlflow)}
${areas(mlflow)}
## Databricks

Clients: databricks-sdk for Python.

${areas(databricks)}`
}

function versions(endpoints: readonly Endpoint[]): string {
  const order = (version: string): number => {
    const [major = 0, minor = 0] = version.split('.').map(Number)
    return major * 1_000 + minor
  }
  const byVersion = Map.groupBy(endpoints, ({ since }) => since)
  const lines = [...byVersion]
    .toSorted(([a], [b]) => order(a) - order(b))
    .map(([version, all]) => {
      const answered = all.filter(({ isAnswered }) => isAnswered)
      const missing = all.filter(({ isAnswered }) => !isAnswered)
      const left = [...new Set(missing.map(({ area }) => area))].join(', ')
      return `| ${version} | ${answered.length} | ${all.length} | ${left} |`
    })
  return `| since about MLflow | answered | of | left out in |\n|---|---|---|---|\n${lines.join('\n')}\n`
}

function areas(endpoints: readonly Endpoint[]): string {
  const sections = [...Map.groupBy(endpoints, ({ area }) => area)].map(([area, all]) => {
    const missing = all.filter(({ isAnswered }) => !isAnswered)
    const reason = reasons[area]
    const why = missing.length > 0 && reason ? `\nLeft out: ${reason}.\n` : ''
    const lines = all.map(
      ({ method, path, isAnswered }) => `| ${method} \`${path}\` | ${isAnswered ? 'yes' : 'no'} |`,
    )
    const count = `${all.length - missing.length} of ${all.length}`
    return `### ${area} (${count})\n${why}\n| call | answered |\n|---|---|\n${lines.join('\n')}\n`
  })
  return sections.join('\n')
}
