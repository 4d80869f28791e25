import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import type { App } from './core/index.ts'
import { pagesFrom } from './ui.ts'

const html = { accept: 'text/html,*/*' }

async function openApp(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-ui-'))
  await mkdir(join(folder, 'assets'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const app = Fastify() as unknown as App
  app.get('/api/thing', async () => 'an API')
  await app.register(pagesFrom(folder))
  return {
    app,
    async [Symbol.asyncDispose]() {
      await app.close()
      await rm(folder, { recursive: true })
    },
  }
}

const built = {
  'index.html': '<title>pages</title>',
  'sandbox.html': 'sandbox',
  'assets/index-a1b2.js': 'code',
  'assets/index-a1b2.js.br': 'squeezed',
  'secret.txt': 'no',
}

describe('web pages', () => {
  it('sends the index for every page address, never cached without asking', async () => {
    await using server = await openApp(built)
    for (const url of ['/', '/experiments/1/runs/abc?tab=metrics', '/models/a.b']) {
      const answer = await server.app.inject({ url, headers: html })
      expect(answer.body).toBe('<title>pages</title>')
      expect(answer.headers['cache-control']).toBe('no-cache')
      expect(answer.headers['content-security-policy']).toContain("script-src 'self';")
    }
  })

  it('answers 304 to a browser that has the newest index', async () => {
    await using server = await openApp(built)
    const { headers } = await server.app.inject({ url: '/', headers: html })
    const again = await server.app.inject({
      url: '/',
      headers: { ...html, 'if-none-match': String(headers['etag']) },
    })
    expect(again.statusCode).toBe(304)
  })

  it('sends hashed files compressed and for ever', async () => {
    await using server = await openApp(built)
    const url = '/assets/index-a1b2.js'
    const answer = await server.app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } })
    expect(answer.body).toBe('squeezed')
    expect(answer.headers['content-encoding']).toBe('br')
    expect(answer.headers['content-type']).toContain('text/javascript')
    expect(answer.headers['cache-control']).toContain('immutable')
    expect((await server.app.inject({ url })).body).toBe('code')
  })

  it.each([
    '/api/unknown',
    '/serving-endpoints/x',
    '/assets/gone.js',
    '/assets/..%2f..%2fetc/passwd',
    '/secret.txt',
  ])('leaves %s to the error handler', async (url) => {
    await using server = await openApp(built)
    const headers = url === '/secret.txt' ? {} : html
    expect((await server.app.inject({ url, headers })).statusCode).toBe(404)
  })

  it('leaves an unknown path to the error handler for a program', async () => {
    await using server = await openApp(built)
    const answer = await server.app.inject({ url: '/experiments', headers: { accept: '*/*' } })
    expect(answer.statusCode).toBe(404)
  })

  it('gives uploaded content an origin of its own and no network', async () => {
    await using server = await openApp(built)
    const { headers } = await server.app.inject({ url: '/sandbox.html', headers: html })
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain('sandbox allow-scripts;')
    expect(policy).not.toContain('allow-same-origin')
    expect(policy).not.toContain('connect-src')
  })

  it('says how to build the pages when they are not there', async () => {
    await using server = await openApp({})
    const answer = await server.app.inject({ url: '/', headers: html })
    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('npm run build -w ui')
  })
})
