import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RoutePlugin } from './core/index.ts'

const builtPages = fileURLToPath(new URL('../../ui/dist', import.meta.url))

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

const encodings = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const

/** Pages load nothing but what this server sends, and no page of another site may frame them. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Uploaded HTML may run, in an origin of its own, without any network. */
const sandboxPolicy = [
  'sandbox allow-scripts',
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' data: blob:",
  "style-src 'unsafe-inline' data:",
  'img-src data: blob:',
  'font-src data:',
  'media-src data: blob:',
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ')

/** These belong to programs: an unknown path below them is an error for a program, not a page. */
const programPaths =
  /^\/(?:api|ajax-api|serving-endpoints|mlflow-artifacts|v1|invocations|ping|health|version|metrics|openapi\.json|get-artifact|model-versions|graphql|\.well-known)(?:\/|$)/

interface BuiltFile {
  readonly path: string
  readonly type: string
  readonly etag: string
  /** Its name holds the hash of its content, so that it never changes. */
  readonly immutable: boolean
  /** The suffixes of the compressed forms that lie beside it. */
  readonly compressed: ReadonlySet<string>
}

/** The web pages: files by their exact names, and `index.html` for every other page address. */
export const uiRoutes: RoutePlugin = async (app) => {
  await app.register(pagesFrom(builtPages))
}

/** Serves a folder that `vite build` wrote. Only names that are there at the start are served. */
export function pagesFrom(folder: string): (app: Parameters<RoutePlugin>[0]) => Promise<void> {
  return async (app) => {
    const files = await listFiles(folder)
    app.get('/*', { schema: { hide: true } }, async (request, reply) => {
      const path = request.url.split('?')[0] ?? '/'
      const file = files.get(path)
      if (file !== undefined && path !== '/index.html') return sendFile(request, reply, file)
      if (!isPageRequest(request, path)) return reply.callNotFound()
      const index = files.get('/index.html')
      return index === undefined ? sendNotBuilt(reply) : sendFile(request, reply, index)
    })
  }
}

function isPageRequest(request: FastifyRequest, path: string): boolean {
  if (programPaths.test(path) || path.startsWith('/assets/')) return false
  return request.headers.accept?.includes('text/html') === true || path === '/'
}

async function listFiles(folder: string): Promise<ReadonlyMap<string, BuiltFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const paths = new Set(
    entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)),
  )
  const files = new Map<string, BuiltFile>()
  for (const path of paths) {
    const type = types[extname(path)]
    if (type === undefined) continue
    const { size, mtimeMs } = await stat(path)
    const url = `/${relative(folder, path).split(sep).join('/')}`
    files.set(url, {
      path,
      type,
      etag: `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`,
      immutable: url.startsWith('/assets/'),
      compressed: new Set(
        encodings.map(({ suffix }) => suffix).filter((suffix) => paths.has(`${path}${suffix}`)),
      ),
    })
  }
  return files
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: BuiltFile): FastifyReply {
  reply.header('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
  reply.header('etag', file.etag)
  reply.header('vary', 'accept-encoding')
  if (file.type.startsWith('text/html')) addPageHeaders(reply, file)
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send()
  reply.type(file.type)
  const accepted = new Set(
    (request.headers['accept-encoding'] ?? '').split(',').map((part) => part.trim().split(';')[0]),
  )
  const encoding = encodings.find(
    ({ name, suffix }) => accepted.has(name) && file.compressed.has(suffix),
  )
  if (encoding === undefined) return reply.send(createReadStream(file.path))
  reply.header('content-encoding', encoding.name)
  return reply.send(createReadStream(`${file.path}${encoding.suffix}`))
}

function addPageHeaders(reply: FastifyReply, file: BuiltFile): void {
  const sandbox = file.path.endsWith('sandbox.html')
  reply.header('content-security-policy', sandbox ? sandboxPolicy : pagePolicy)
  reply.header('x-frame-options', sandbox ? 'SAMEORIGIN' : 'DENY')
  reply.header('referrer-policy', 'no-referrer')
  if (!sandbox) reply.header('cross-origin-opener-policy', 'same-origin')
}

function sendNotBuilt(reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .type('text/plain; charset=utf-8')
    .send('The web pages are not built. Run: npm run build -w ui\nThe API works without them.\n')
}
