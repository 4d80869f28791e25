import { readFile } from 'node:fs/promises'
import { platform } from 'node:process'
import { Readable } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { readConfig } from '../../server/src/core/config.ts'
import { artifactStoreContract } from '../../server/src/tracking/artifact-stores/contract.ts'
import { s3Artifacts } from '../../server/src/tracking/artifact-stores/s3.ts'
import type { ArtifactStore } from '../../server/src/tracking/artifact-stores/store.ts'
import { runPython } from '../support/python.ts'
import { startS3 } from '../support/s3.ts'
import { startServer } from '../support/server.ts'

const s3 = await startS3()
afterAll(() => s3[Symbol.asyncDispose]())
let roots = 0

function store(env: Readonly<Record<string, string>> = s3.env): ArtifactStore {
  const uri = `${s3.uri}/root ü+/${(roots += 1)}`
  const settings = readConfig(['--artifact-root', uri], env).s3
  if (!settings) throw new Error('not on S3')
  return s3Artifacts(settings, { direct: true, keysAtOnce: 10 })
}

describe('artifacts on S3', () => {
  artifactStoreContract(async () => store())
})

test.each([
  [{ AWS_SECRET_ACCESS_KEY: 'wrong' }, 'TRACKING_ARTIFACT_STORE_REFUSED'],
  [{ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' }, 'TRACKING_ARTIFACT_STORE_UNAVAILABLE'],
])('a store that is set up wrongly says what is wrong: %o', async (wrong, code) => {
  const write = store({ ...s3.env, ...wrong }).write('f', Readable.from([Buffer.from('x')]))
  await expect(write).rejects.toMatchObject({ code, status: 503 })
})

test('a server does not start on a bucket that refuses it', async () => {
  const args = ['--artifact-root', 's3://other-bucket']
  await expect(startServer({ args, env: s3.env })).rejects.toThrow(/NoSuchBucket/)
})

const bytes = 300 * 2 ** 20

test('a server on S3 takes and gives what an unmodified mlflow client sends, and stays small', async () => {
  await using server = await startServer({
    args: ['--artifact-root', `${s3.uri}/served`],
    env: s3.env,
  })
  const python = await ensurePythonEnv('mlflow')
  const client = new URL('mlflow_artifacts.py', import.meta.url)
  const result = await runPython(python, client, { args: [server.url] })
  expect(result.stdout + result.stderr).toContain('all ok')
  for (const path of ['..%2f..%2fx', '%252e%252e%252fx', 'a/..%5c..%5cb', '%2fx', '.partial/x']) {
    const refused = await fetch(`${server.url}/api/2.0/mlflow-artifacts/mpu/create/${path}`, {
      method: 'POST',
      body: JSON.stringify({ path: 'f', num_parts: 1 }),
      headers: { 'content-type': 'application/json' },
    })
    expect([path, refused.status]).toEqual([path, 400])
    const read = await fetch(`${server.url}/api/2.0/mlflow-artifacts/presigned/${path}`)
    expect([path, read.status]).toEqual([path, 400])
  }
  const url = `${server.url}/api/2.0/mlflow-artifacts/artifacts/0/large.bin`
  const before = await peakMiB(server.pid)
  const sent = await fetch(url, { method: 'PUT', body: blocks(), duplex: 'half' })
  expect(sent.status).toBe(200)
  let got = 0
  for await (const chunk of (await fetch(url)).body ?? []) got += chunk.length
  expect(got).toBe(bytes)
  expect((await peakMiB(server.pid)) - before).toBeLessThan(100)
})

function blocks(): ReadableStream<Uint8Array> {
  const block = Buffer.alloc(2 ** 20, 'x')
  return Readable.toWeb(
    Readable.from(Array.from({ length: bytes / block.length }, () => block)),
  ) as ReadableStream<Uint8Array>
}

/** The most that a process ever had in memory. */
async function peakMiB(pid: number): Promise<number> {
  if (platform !== 'linux') return 0
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024
}
