import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureUv } from '../../scripts/python-envs.mjs'
import {
  ensureEnvironment,
  getEnvironment,
  launch,
  tailLog,
  waitForExit,
} from '../../server/src/compute/index.ts'
import type { Ctx } from '../../server/src/core/index.ts'
import { openCompute } from './support.ts'
import { writeWheel } from './wheels.ts'

interface Bench extends AsyncDisposable {
  readonly folder: string
  readonly ctx: Ctx
  /** The same server with other settings, or at another time. */
  readonly as: (change: { uv?: string; laterMs?: number }) => Ctx
}

async function bench(folder?: string): Promise<Bench> {
  await using opening = new AsyncDisposableStack()
  const uv = await ensureUv()
  const root = folder ?? (await mkdtemp(join(tmpdir(), 'millrace-environments-')))
  if (!folder) opening.defer(() => rm(root, { recursive: true, force: true }))
  const dataDir = await mkdtemp(join(root, 'data-'))
  const { ctx } = opening.use(await openCompute(dataDir, { uv }, join(root, 'home')))
  const lifetime = opening.move()
  return {
    folder: root,
    ctx,
    as: ({ uv: uvPath = uv, laterMs = 0 }) => ({
      ...ctx,
      config: { ...ctx.config, uvPath },
      now: () => new Date(Date.now() + laterMs),
    }),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  }
}

async function versionSeen(ctx: Ctx, environment: string): Promise<string> {
  const path = join(ctx.config.dataDir, 'version.py')
  await writeFile(path, 'import demo; print(demo.version, end="")\n')
  const attemptId = `see-${environment}`
  const entry = { kind: 'script', path, argv: [] } as const
  await launch(ctx, { attemptId, environment, entry, env: {} })
  expect(await waitForExit(ctx, attemptId)).toMatchObject({ exitCode: 0 })
  return (await tailLog(ctx, attemptId, 100)).text
}

test('two environments hold conflicting versions of one package', async () => {
  await using b = await bench()
  const old = await writeWheel(b.folder, { name: 'demo', version: '1.0' })
  const young = await writeWheel(b.folder, { name: 'demo', version: '2.0' })
  const first = await ensureEnvironment(b.ctx, { requirements: [old] })
  const second = await ensureEnvironment(b.ctx, { requirements: [young, '  # a comment'] })
  expect(first.hash).not.toBe(second.hash)
  expect(second.lock).toContain('demo-2.0-py3-none-any.whl')
  expect(await versionSeen(b.ctx, first.hash)).toBe('1.0')
  expect(await versionSeen(b.ctx, second.hash)).toBe('2.0')
})

test('the same requirements on the same day need neither the resolver nor a build', async () => {
  await using b = await bench()
  const wheel = await writeWheel(b.folder, { name: 'demo', version: '1.0' })
  const first = await ensureEnvironment(b.ctx, { requirements: [wheel] })
  const without = b.as({ uv: '/nowhere/uv' })
  expect(await ensureEnvironment(without, { requirements: [wheel, wheel] })).toEqual(first)
  await expect(ensureEnvironment(without, { requirements: ['other'] })).rejects.toMatchObject({
    code: 'COMPUTE_UV_MISSING',
    message: expect.stringContaining('/nowhere/uv'),
  })
})

test('yesterday’s resolution serves when the package index cannot be reached', async () => {
  await using b = await bench()
  const wheel = await writeWheel(b.folder, { name: 'demo', version: '1.0' })
  const first = await ensureEnvironment(b.ctx, { requirements: [wheel] })
  const uv = join(b.folder, 'offline-uv')
  await writeFile(uv, '#!/bin/sh\necho "error: Failed to fetch: dns error" >&2\nexit 2\n')
  await chmod(uv, 0o755)
  const tomorrow = b.as({ uv, laterMs: 86_400_000 })
  expect(await ensureEnvironment(tomorrow, { requirements: [wheel] })).toEqual(first)
})

test('a changed wheel of the same name is another environment', async () => {
  await using b = await bench()
  const wheel = await writeWheel(b.folder, { name: 'demo', version: '1.0' })
  const first = await ensureEnvironment(b.ctx, { requirements: [wheel] })
  await writeWheel(b.folder, {
    name: 'demo',
    version: '1.0',
    requires: ["x; python_version < '3'"],
  })
  const second = await ensureEnvironment(b.ctx, { requirements: [wheel] })
  expect(second.hash).not.toBe(first.hash)
})

test('the same wheel in another folder is the same environment', async () => {
  await using b = await bench()
  const wheel = await writeWheel(b.folder, { name: 'demo', version: '1.0' })
  const first = await ensureEnvironment(b.ctx, { requirements: [wheel] })
  const elsewhere = join(b.folder, 'elsewhere')
  await mkdir(elsewhere)
  const copy = await writeWheel(elsewhere, { name: 'demo', version: '1.0' })
  expect((await ensureEnvironment(b.ctx, { requirements: [copy] })).hash).toBe(first.hash)
})

test('what a notebook installs by %pip is part of its environment before it runs', async () => {
  await using b = await bench()
  const wheel = await writeWheel(b.folder, { name: 'demo', version: '3.0' })
  const path = join(b.folder, 'book.py')
  await writeFile(
    path,
    `# Databricks notebook source
# MAGIC %pip install --quiet ${wheel}
# COMMAND ----------
dbutils.library.restartPython()
import demo
dbutils.notebook.exit(demo.version)
`,
  )
  const { hash } = await ensureEnvironment(b.ctx, { requirements: [] })
  await launch(b.ctx, {
    attemptId: 'book',
    environment: hash,
    entry: { kind: 'notebook', path, outputPath: join(b.folder, 'out.ipynb'), parameters: {} },
    env: {},
  })
  expect(await waitForExit(b.ctx, 'book')).toMatchObject({ exitCode: 0, result: '3.0' })
})

test('a removed environment is rebuilt from its lock', async () => {
  await using b = await bench()
  const wheel = await writeWheel(b.folder, { name: 'demo', version: '1.0' })
  const first = await ensureEnvironment(b.ctx, { requirements: [wheel] })
  await rm(first.path, { recursive: true })
  await mkdir(`${first.path}.building-1/half`, { recursive: true })
  expect(await getEnvironment(b.ctx, first.hash)).toEqual(first)
  expect(await versionSeen(b.ctx, first.hash)).toBe('1.0')
  expect(await readdir(join(b.folder, 'home', 'envs'))).not.toContain(`${first.hash}.building-1`)
})

test('two servers that ask at once build it once', async () => {
  await using a = await bench()
  await using b = await bench(a.folder)
  const wheel = await writeWheel(a.folder, { name: 'demo', version: '1.0' })
  const asked = [a.ctx, a.ctx, b.ctx, b.ctx].map((ctx) =>
    ensureEnvironment(ctx, { requirements: [wheel] }),
  )
  const hashes = new Set((await Promise.all(asked)).map(({ hash }) => hash))
  expect(hashes.size).toBe(1)
  expect(await versionSeen(b.ctx, [...hashes].join())).toBe('1.0')
})

test('requirements that contradict each other answer with the resolver’s words', async () => {
  await using b = await bench()
  const one = await writeWheel(b.folder, { name: 'one', version: '1.0', requires: ['demo==1.0'] })
  const demo = await writeWheel(b.folder, { name: 'demo', version: '2.0' })
  await expect(ensureEnvironment(b.ctx, { requirements: [one, demo] })).rejects.toMatchObject({
    code: 'COMPUTE_ENVIRONMENT_UNRESOLVABLE',
    status: 400,
    message: expect.stringMatching(/No solution found .* demo==1\.0/),
  })
})

test.each([
  ['--index-url=http://elsewhere', 'COMPUTE_REQUIREMENT_INVALID'],
  ['/nowhere/demo-1.0-py3-none-any.whl', 'COMPUTE_REQUIREMENT_INVALID'],
  ['not a requirement', 'COMPUTE_ENVIRONMENT_UNRESOLVABLE'],
])('refuses %s by name', async (requirement, code) => {
  await using b = await bench()
  await expect(ensureEnvironment(b.ctx, { requirements: [requirement] })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(requirement),
  })
})

test('refuses a Python that is not there', async () => {
  await using b = await bench()
  const spec = { requirements: [], python: '/nowhere/python3' }
  await expect(ensureEnvironment(b.ctx, spec)).rejects.toMatchObject({
    code: 'COMPUTE_PYTHON_UNUSABLE',
  })
  await expect(ensureEnvironment(b.ctx, { requirements: [], python: '3.2' })).rejects.toMatchObject(
    {
      code: 'COMPUTE_PYTHON_UNUSABLE',
      message: expect.stringContaining('no interpreter of that version'),
    },
  )
})
