import { request as httpRequest, type IncomingMessage } from 'node:http'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testServer, type TestServer } from '../test-server.ts'
import { parseArtifactPath } from './artifact-path.ts'
import { downloadArtifacts, writeArtifact } from './artifact-service.ts'

const proxy = '/api/2.0/mlflow-artifacts/artifacts'

async function put(server: TestServer, path: string, body: string): Promise<number> {
  const response = await server.app.inject({
    method: 'PUT',
    url: `${proxy}/${path}`,
    headers: { 'content-type': 'application/json' },
    body,
  })
  return response.statusCode
}

test('stores, lists, streams and deletes files under their own names', async () => {
  await using server = await testServer('sqlite')
  expect(await put(server, '0/a/%C3%BC%20%23%3F.json', '{"a": ')).toBe(200)
  expect(await put(server, '0/a/deep/b.txt', 'hello')).toBe(200)
  const listed = await server.app.inject(`${proxy}?path=0/a`)
  expect(listed.json()).toEqual({
    files: [
      { path: 'deep', is_dir: true },
      { path: 'ü #?.json', is_dir: false, file_size: 6 },
    ],
  })
  const got = await server.app.inject(`${proxy}/0/a/%C3%BC%20%23%3F.json`)
  expect([got.body, got.headers['content-type']]).toEqual(['{"a": ', 'application/json'])
  expect(got.headers['content-disposition']).toContain("filename*=UTF-8''%C3%BC%20%23%3F.json")
  expect((await server.app.inject(`${proxy}?path=0/a/deep/b.txt`)).json()).toEqual({})
  expect((await server.app.inject(`${proxy}?path=nowhere`)).json()).toEqual({})
  await server.app.inject({ method: 'DELETE', url: `${proxy}/0/a` })
  expect((await server.app.inject(`${proxy}/0/a/deep/b.txt`)).json()).toEqual({
    error_code: 'RESOURCE_DOES_NOT_EXIST',
    message: "No such artifact: '0/a/deep/b.txt'",
  })
})

test.each([
  ['bytes=0-0', 206, 'h', 'bytes 0-0/5'],
  ['bytes=1-3', 206, 'ell', 'bytes 1-3/5'],
  ['bytes=3-', 206, 'lo', 'bytes 3-4/5'],
  ['bytes=-2', 206, 'lo', 'bytes 3-4/5'],
  ['bytes=0-99', 206, 'hello', 'bytes 0-4/5'],
  ['bytes=0-1,3-4', 200, 'hello', undefined],
  ['lines=0-1', 200, 'hello', undefined],
])('range %s answers %i %s', async (range, ...expected) => {
  await using server = await testServer('sqlite')
  await put(server, 'f.txt', 'hello')
  const got = await server.app.inject({ url: `${proxy}/f.txt`, headers: { range } })
  expect([got.statusCode, got.body, got.headers['content-range']]).toEqual(expected)
})

test('a range beyond the end is refused, a known ETag is not sent again', async () => {
  await using server = await testServer('sqlite')
  await put(server, 'f.txt', 'hello')
  const beyond = await server.app.inject({
    url: `${proxy}/f.txt`,
    headers: { range: 'bytes=5-' },
  })
  expect(beyond.statusCode).toBe(416)
  const etag = String((await server.app.inject(`${proxy}/f.txt`)).headers.etag)
  const again = await server.app.inject({
    url: `${proxy}/f.txt`,
    headers: { 'if-none-match': etag },
  })
  expect([again.statusCode, again.body]).toEqual([304, ''])
})

test.each([
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/etc/passwd',
  '%252e%252e%252fsecret',
  '%25252e%25252e/x',
  'a/..%5c..%5cb',
  '%2fetc%2fpasswd',
  'C:%5cwindows',
  'file:%2f%2fetc',
  'a%00b',
  'a//b',
  './a',
  '.partial/x',
])('no encoding leads out of the root: %s', async (path) => {
  await using server = await testServer('sqlite')
  const address = await server.app.listen({ port: 0, host: '127.0.0.1' })
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const refused = await ask({ address, method, path: `${proxy}/${path}` })
    expect([method, refused]).toEqual([method, { status: 400, code: 'INVALID_PARAMETER_VALUE' }])
  }
  const listed = await ask({ address, method: 'GET', path: `${proxy}?path=${path}` })
  expect(listed.status).toBe(400)
})

interface Asked {
  readonly address: string
  readonly method: string
  readonly path: string
}

/** Sends the path as it is; other clients would tidy it first. */
async function ask({ address, method, path }: Asked): Promise<{ status: number; code: string }> {
  const sent = httpRequest(address, { method, path })
  sent.end()
  const answer = await new Promise<IncomingMessage>((resolve) => sent.once('response', resolve))
  const body = (await new Response(answer as unknown as ReadableStream).json()) as {
    error_code: string
  }
  return { status: answer.statusCode ?? 0, code: body.error_code }
}

test('a path that passes stays below its root, whatever it is made of', () => {
  const piece = fc.constantFrom('..', '.', '/', '\\', '%2e', '%2E', '%252e', '%2f', '%5c', 'a', ':')
  const check = (pieces: readonly string[]): void => {
    let decoded = tryTo(() => parseArtifactPath(pieces.join('')))
    for (let i = 0; i < 6 && decoded !== undefined; i += 1) {
      const path = decoded
      const inside = join('/data/artifacts', path.replaceAll('\\', '/'))
      expect(`${inside}/`).toMatch(/^\/data\/artifacts\//)
      decoded = tryTo(() => decodeURIComponent(path))
    }
  }
  fc.assert(fc.property(fc.array(piece, { maxLength: 8 }), check), { numRuns: 2_000 })
})

function tryTo(work: () => string): string | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

test('a folder is not a file and a file is not a folder', async () => {
  await using server = await testServer('sqlite')
  await put(server, 'a/b.txt', 'x')
  const folder = await server.app.inject(`${proxy}/a`)
  expect([folder.statusCode, folder.json()['message']]).toEqual([
    400,
    "Artifact path refers to a directory, not a file: 'a'",
  ])
  expect(await put(server, 'a', 'x')).toBe(400)
  expect(await put(server, 'a/b.txt/c', 'x')).toBe(400)
})

test('an upload that breaks off leaves the old file and nothing else', async () => {
  await using server = await testServer('sqlite')
  await put(server, 'f.txt', 'old')
  const address = await server.app.listen({ port: 0, host: '127.0.0.1' })
  const cut = httpRequest(`${address}${proxy}/f.txt`, {
    method: 'PUT',
    headers: { 'content-length': 1_000_000 },
  })
  const closed = new Promise((resolve) => cut.once('close', resolve))
  cut.on('error', () => {})
  cut.write('new and much longer')
  const partial = join(server.ctx.config.artifactRoot, '.partial')
  await expect.poll(() => readdir(partial)).toHaveLength(1)
  cut.destroy()
  await closed
  await expect.poll(() => readdir(partial)).toEqual([])
  expect((await server.app.inject(`${proxy}/f.txt`)).body).toBe('old')
})

test('lists and downloads the files of a run, and only those', async () => {
  await using server = await testServer('sqlite')
  const made = await server.call('POST', 'runs/create', { experiment_id: '0' })
  const run_id = String(made.body['run']?.['info']?.['run_id'])
  const uri = String(made.body['run']?.['info']?.['artifact_uri'])
  await writeArtifact(server.ctx, `${uri}/plots/a.png`, Buffer.from('png'))
  await writeArtifact(server.ctx, `${uri}/conf.json`, Buffer.from('{}'))
  const listed = await server.call('GET', 'artifacts/list', { run_id, path: 'plots' })
  expect(listed.body).toEqual({
    root_uri: uri,
    files: [{ path: 'plots/a.png', is_dir: false, file_size: 3 }],
  })
  const file = await server.app.inject(`/get-artifact?run_id=${run_id}&path=plots/a.png`)
  expect([file.body, file.headers['content-type']]).toEqual(['png', 'image/png'])
  const out = await server.app.inject(`/get-artifact?run_id=${run_id}&path=../../x`)
  expect(out.statusCode).toBe(400)
  const target = join(server.ctx.config.dataDir, 'copy')
  expect(await downloadArtifacts(server.ctx, uri, target)).toEqual(['conf.json', 'plots/a.png'])
  expect(await readdir(join(target, 'plots'))).toEqual(['a.png'])
  const up = await server.app.inject({
    method: 'POST',
    url: `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run_id}&path=note.txt`,
    body: 'note',
  })
  expect(up.statusCode).toBe(200)
  const presigned = await server.call('POST', 'artifacts/presigned-download-url', {
    run_id,
    path: 'conf.json',
  })
  expect(presigned.status).toBe(400)
})
