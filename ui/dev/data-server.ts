/**
 * A server of made-up data behind the real routes, to work on pages without running a pipeline:
 * `node ui/dev/data-server.ts [port]`, then `MILLRACE_URL=http://127.0.0.1:port npm run dev -w ui`.
 * Nothing of this is built into the product, and no test of the product uses it.
 */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { argv, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { adminRoutes } from './fixtures/admin.ts'
import { automlRoutes } from './fixtures/automl.ts'
import { jobsRoutes } from './fixtures/jobs.ts'
import { registryRoutes } from './fixtures/registry.ts'
import { servingRoutes } from './fixtures/serving.ts'
import { tablesRoutes } from './fixtures/tables.ts'
import { trackingRoutes } from './fixtures/tracking.ts'
import type { DevRequest, DevRoutes } from './fixtures/types.ts'

const routes: DevRoutes = {
  ...adminRoutes,
  ...automlRoutes,
  ...jobsRoutes,
  ...registryRoutes,
  ...servingRoutes,
  ...tablesRoutes,
  ...trackingRoutes,
}
const dist = fileURLToPath(new URL('../dist', import.meta.url))

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
}

/** The first pattern that fits: `/jobs/:id` holds one path segment. */
function findRoute(method: string, path: string) {
  for (const [pattern, handle] of Object.entries(routes)) {
    const [wanted = '', shape = ''] = pattern.split(' ')
    const expression = shape.replace(/:(\w+)/g, '(?<$1>[^/]+)')
    const found = new RegExp(`^${expression}$`).exec(path)
    if (wanted === method && found !== null) return { handle, params: found.groups ?? {} }
  }
  return undefined
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const file = join(dist, extname(path) === '' ? 'index.html' : path)
  const body = await readFile(file).catch(() => undefined)
  if (body === undefined) response.writeHead(404).end('not found')
  else response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/html' }).end(body)
}

function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(': connected\n\n')
}

const server = createServer((request, response) => {
  void answer(request, response)
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://dev')
  if (url.pathname.endsWith('/events/stream')) return openStream(response)
  const route = findRoute(request.method ?? 'GET', url.pathname)
  if (route === undefined) {
    if (!/^\/(?:api|get-artifact)/.test(url.pathname)) return sendFile(url.pathname, response)
    const error = {
      error_code: 'ENDPOINT_NOT_FOUND',
      message: `No API found for '${url.pathname}'`,
    }
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(error))
    return undefined
  }
  const params = Object.fromEntries(
    Object.entries(route.params).map(([key, value]) => [key, decodeURIComponent(value ?? '')]),
  )
  const input: DevRequest = { params, query: url.searchParams, body: await readBody(request) }
  const result = await route.handle(input)
  const text = typeof result === 'string' || Buffer.isBuffer(result)
  response.writeHead(200, { 'content-type': text ? 'text/plain' : 'application/json' })
  response.end(text ? result : JSON.stringify(result))
  return undefined
}

const port = Number(argv[2] ?? 5055)
server.listen(port, '127.0.0.1', () => stdout.write(`http://127.0.0.1:${port}\n`))
