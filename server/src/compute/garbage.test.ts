import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildApp } from '../app.ts'
import { authMigrations } from '../auth/index.ts'
import { testCtx } from '../core/testing.ts'
import { attemptFolder } from './attempt-folder.ts'
import { kill, waitForExit } from './attempt-service.ts'
import { getEnvironment } from './environment-service.ts'
import { collectGarbage } from './garbage-service.ts'
import { computeMigrations } from './migrations.ts'
import { computeBench, type ComputeBench } from './testing.ts'

const longAgo = new Date('2025-01-01T00:00:00Z')

interface Bench extends AsyncDisposable {
  readonly b: ComputeBench
  readonly homeDir: string
}

async function bench(): Promise<Bench> {
  const homeDir = await mkdtemp(join(tmpdir(), 'millrace-home-'))
  const b = await computeBench({ config: { homeDir } })
  return {
    b,
    homeDir,
    async [Symbol.asyncDispose]() {
      await b[Symbol.asyncDispose]()
      await rm(homeDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function names(found: Awaited<ReturnType<typeof collectGarbage>>): string[] {
  return found.map(({ kind, name }) => `${kind} ${name}`)
}

test('removes the folders of attempts that ended long ago, and no others', async () => {
  await using made = await bench()
  const { ctx, script, start, run } = made.b
  for (const attemptId of ['old', 'young']) {
    await run(await script('print("x" * 100_000)\n'), { attemptId })
  }
  const running = await start(await script('import time; time.sleep(600)\n'))
  await utimes(join(attemptFolder(ctx, 'old'), 'exit.json'), longAgo, longAgo)
  const worker = join(ctx.config.dataDir, 'workers', 'worker-1')
  await mkdir(worker, { recursive: true })
  await writeFile(join(worker, 'exit.json'), '{}')
  await utimes(join(worker, 'exit.json'), longAgo, longAgo)
  const planned = await collectGarbage(ctx, { dryRun: true })
  expect(names(planned)).toEqual(['attempt old', 'worker worker-1'])
  expect(planned[0]).toMatchObject({ lastUsedAt: longAgo })
  expect(planned[0]?.sizeBytes).toBeGreaterThan(100_000)
  expect(existsSync(attemptFolder(ctx, 'old'))).toBe(true)
  expect(await collectGarbage(ctx, { dryRun: false, keepAttemptsDays: 0 })).toEqual([])
  expect(await collectGarbage(ctx, { dryRun: false })).toEqual(planned)
  const left = await readdir(join(ctx.config.dataDir, 'attempts'))
  expect(left.toSorted()).toEqual([running, 'young'].toSorted())
  expect(existsSync(worker)).toBe(false)
  await expect(waitForExit(ctx, 'old')).rejects.toThrow('--keep-attempts-days')
})

test('removes an environment only while nothing runs in it; it is there again when asked for', async () => {
  await using made = await bench()
  const { b, homeDir } = made
  const collect = (dryRun = false) => collectGarbage(b.ctx, { dryRun })
  const folder = join(homeDir, 'envs', b.environment)
  const forget = () => utimes(`${folder}.use`, longAgo, longAgo)
  const id = await b.start(await b.script('import time; time.sleep(600)\n'))
  await forget()
  expect(await collect()).toEqual([])
  await kill(b.ctx, id, { graceMs: 0 })
  await waitForExit(b.ctx, id)
  expect(await collect()).toEqual([])
  // Its fork server ends with the server that started it.
  await made.b[Symbol.asyncDispose]()
  await using next = await computeBench({ config: { homeDir } })
  const again = (dryRun = false) => collectGarbage(next.ctx, { dryRun })
  expect(await again()).toEqual([])
  await expect
    .poll(async () => {
      await forget()
      return names(await again(true))
    })
    .toEqual([`environment ${b.environment}`])
  await mkdir(`${folder}.building-7`)
  expect(names(await again())).toEqual([`environment ${b.environment}`])
  expect((await readdir(join(homeDir, 'envs'))).toSorted()).toEqual([`${b.environment}.lock`])
  const rebuilt = await getEnvironment(next.ctx, b.environment)
  expect(existsSync(rebuilt.python)).toBe(true)
  expect(await again()).toEqual([])
  expect(await next.run(await next.script('print(1)\n'))).toMatchObject({ exitCode: 0 })
})

test('a route says what would go, then removes it', async () => {
  await using ctx = await testCtx('sqlite', authMigrations, computeMigrations)
  const folder = attemptFolder(ctx, 'old')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'exit.json'), '{}')
  await utimes(join(folder, 'exit.json'), longAgo, longAgo)
  await using app = await buildApp(ctx)
  const url = '/api/millrace/1.0/compute/gc'
  const ask = async (body: object) => {
    const days = { keep_environments_days: 0 }
    return (await app.inject({ method: 'POST', url, body: { ...days, ...body } })).json()
  }
  const one = { kind: 'attempt', name: 'old', last_used_at: longAgo.getTime() }
  expect(await ask({ dry_run: true })).toMatchObject({ dry_run: true, count: 1, items: [one] })
  expect(await ask({})).toMatchObject({ dry_run: false, count: 1 })
  expect(existsSync(folder)).toBe(false)
  expect(await ask({ keep_forever: true })).toMatchObject({
    error_code: 'INVALID_PARAMETER_VALUE',
    message: expect.stringContaining('keep_forever'),
  })
})
