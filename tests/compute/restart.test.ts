import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { kill, launch, tailLog, waitForExit } from '../../server/src/compute/index.ts'
import { openCompute } from './support.ts'

interface Killed extends AsyncDisposable {
  readonly dataDir: string
  readonly script: string
  /** Starts another server process that launches attempts, without waiting for it. */
  readonly start: (...attemptIds: string[]) => ChildProcess
  /** Waits until it has launched them. */
  readonly launched: (server: ChildProcess) => Promise<void>
  readonly kill: (server: ChildProcess) => Promise<void>
}

async function bench(code: string): Promise<Killed> {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-compute-'))
  const script = join(dataDir, 'script.py')
  await writeFile(script, code)
  const servers = new Set<ChildProcess>()
  const kill = async (server: ChildProcess) => {
    servers.delete(server)
    if (server.exitCode !== null || server.signalCode !== null) return
    server.kill('SIGKILL')
    await once(server, 'exit')
  }
  return {
    dataDir,
    script,
    start(...attemptIds) {
      const args = [join(import.meta.dirname, 'launch.ts'), dataDir, script, ...attemptIds]
      const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      servers.add(server)
      return server
    },
    async launched(server) {
      await once(server.stdout ?? server, 'data')
    },
    kill,
    async [Symbol.asyncDispose]() {
      for (const server of servers) await kill(server)
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

const forGo = `
import os, time
print("pid", os.getpid(), flush=True)
while not os.path.exists("go"):
    time.sleep(0.02)
print("went on", flush=True)
`

test('finds a running attempt again after kill -9 of the server', async () => {
  await using b = await bench(forGo)
  const first = b.start('a')
  await b.launched(first)
  await b.kill(first)
  await using second = await openCompute(b.dataDir)
  const log = async () => (await tailLog(second.ctx, 'a', 1000)).text
  await expect.poll(log).toContain('pid')
  await writeFile(join(b.dataDir, 'attempts', 'a', 'work', 'go'), '')
  expect(await waitForExit(second.ctx, 'a')).toMatchObject({ exitCode: 0, reason: 'exited' })
  expect(await log()).toMatch(/^pid \d+\nwent on\n$/)
})

test('kills an attempt that an earlier server started', async () => {
  await using b = await bench(forGo)
  const first = b.start('a')
  await b.launched(first)
  await b.kill(first)
  await using second = await openCompute(b.dataDir)
  await kill(second.ctx, 'a', { graceMs: 5000 })
  expect(await waitForExit(second.ctx, 'a')).toMatchObject({ reason: 'killed', signal: 'SIGTERM' })
})

test('hears of an attempt that ended while no server ran', async () => {
  await using b = await bench(forGo)
  const first = b.start('a')
  await b.launched(first)
  await b.kill(first)
  await expect
    .poll(() => readdir(join(b.dataDir, 'attempts', 'a')), { timeout: 10_000 })
    .toContain('work')
  await writeFile(join(b.dataDir, 'attempts', 'a', 'work', 'go'), '')
  await expect
    .poll(() => readdir(join(b.dataDir, 'attempts', 'a')), { timeout: 10_000 })
    .toContain('exit.json')
  await using second = await openCompute(b.dataDir)
  expect(await waitForExit(second.ctx, 'a')).toMatchObject({ exitCode: 0 })
  const state = () =>
    second.ctx.db.selectFrom('compute_attempt').select(['attempt_id', 'state']).execute()
  await expect.poll(state).toEqual([{ attempt_id: 'a', state: 'ENDED' }])
})

test('reports an attempt as lost when its processes vanished with the fork server', async () => {
  await using b = await bench(forGo)
  await using server = await openCompute(b.dataDir)
  const entry = { kind: 'script', path: b.script, argv: [] } as const
  const spec = { attemptId: 'a', environment: server.environment, entry, env: {} }
  await launch(server.ctx, spec)
  const log = async () => (await tailLog(server.ctx, 'a', 1000)).text
  await expect.poll(log).toMatch(/pid \d+\n/)
  const pid = Number((await log()).match(/\d+/)?.[0])
  process.kill(await parentOf(pid), 'SIGKILL')
  expect(await waitForExit(server.ctx, 'a')).toMatchObject({
    exitCode: null,
    reason: 'lost',
    error: { type: 'Lost' },
  })
  await expect.poll(() => isRunning(pid)).toBe(false)
  await launch(server.ctx, spec)
  expect(await waitForExit(server.ctx, 'a')).toMatchObject({ reason: 'lost' })
  await launch(server.ctx, { ...spec, attemptId: 'b' })
  await expect.poll(async () => (await tailLog(server.ctx, 'b', 1000)).text).toContain('pid')
  await writeFile(join(b.dataDir, 'attempts', 'b', 'work', 'go'), '')
  expect(await waitForExit(server.ctx, 'b')).toMatchObject({ exitCode: 0 })
})

async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(status.match(/PPid:\s+(\d+)/)?.[1])
}

/** A zombie that the system's first process has yet to reap has ended. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return status !== '' && !/^State:\s+Z/m.test(status)
}

test('loses and doubles nothing when the server is killed at any moment of launching', async () => {
  await using b = await bench('import os; open("ran", "x").close(); print(os.getpid())\n')
  const ids = Array.from({ length: 40 }, (_, n) => `a${n}`)
  for (let round = 0; round < 6; round += 1) {
    const server = b.start(...ids)
    const killed = new Promise<void>((resolve) => {
      // Somewhere between the first launch and the last.
      const timer = setInterval(() => {
        void countFolders(b.dataDir).then((count) => {
          if (count < 5 * (round + 1)) return
          clearInterval(timer)
          resolve()
        })
      }, 2)
    })
    await killed
    await b.kill(server)
  }
  await using server = await openCompute(b.dataDir)
  const entry = { kind: 'script', path: b.script, argv: [] } as const
  for (const attemptId of ids) {
    await launch(server.ctx, { attemptId, environment: server.environment, entry, env: {} })
  }
  for (const attemptId of ids) {
    expect(await waitForExit(server.ctx, attemptId)).toMatchObject({ exitCode: 0 })
    expect((await tailLog(server.ctx, attemptId, 1000)).text).toMatch(/^\d+\n$/)
  }
})

async function countFolders(dataDir: string): Promise<number> {
  return (await readdir(join(dataDir, 'attempts')).catch(() => [])).length
}
