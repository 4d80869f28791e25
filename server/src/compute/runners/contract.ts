import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findExit } from '../attempt-files.ts'
import { isAlive } from '../testing.ts'
import type { ExitReport } from '../types.ts'
import type { AttemptPlace, Runner, StartSpec } from './runner.ts'

/** Where a runner's contract is tried: on a machine, with an environment that has Python. */
export interface RunnerBench extends AsyncDisposable {
  readonly folder: string
  /** A runner over the same place; a second one stands for a server that was restarted. */
  readonly open: () => Promise<Runner>
  readonly spec: (place: AttemptPlace & { readonly script: string }) => StartSpec
  /** Takes away what runs an attempt, as the end of its machine would; given what it printed first. */
  readonly vanish: (pid: number) => Promise<void>
}

const printAndWait = 'import time\nprint("here", flush=True)\ntime.sleep(60)\n'

/** Holds a runner against what every runner promises. */
export function describeRunner(name: string, bench: () => Promise<RunnerBench>): void {
  describe(`${name}: starts and ends`, () => {
    endings(bench)
  })
  describe(`${name}: is in hand`, () => {
    control(bench)
  })
  describe(`${name}: limits`, () => {
    limits(bench)
  })
  describe(`${name}: outlives the server`, () => {
    restarts(bench)
  })
}

type MakeBench = () => Promise<RunnerBench>

function endings(bench: MakeBench): void {
  test('says once how an attempt ended, and leaves it in the folder', async () => {
    await using b = await bench()
    await using runner = await b.open()
    const exits: ExitReport[] = []
    const spec = await specOf(b, 'a', 'raise SystemExit(3)\n')
    const onExit = (report: ExitReport) => exits.push(report)
    expect(await runner.start(spec, { onExit })).toMatchObject({ state: 'started' })
    await expect.poll(() => exits).toMatchObject([{ exitCode: 3, reason: 'exited' }])
    expect(await findExit(spec.folder)).toEqual(exits[0])
    expect(await runner.start(spec, { onExit })).toEqual({ state: 'ended' })
    expect(exits).toHaveLength(1)
  })

  test('gives an attempt its variables and its folder, and keeps what it prints on both streams', async () => {
    await using b = await bench()
    await using runner = await b.open()
    const code = `
import os, sys
print(os.environ["GREETING"], os.getcwd(), flush=True)
print("trouble", file=sys.stderr)
`
    const spec = { ...(await specOf(b, 'a', code)), env: { GREETING: 'hello' } }
    expect(await runToEnd(runner, spec)).toMatchObject({ exitCode: 0, signal: null })
    expect(await readFile(spec.log, 'utf8')).toBe(`hello ${spec.cwd}\ntrouble\n`)
  })

  test('tells an exception, an exit code and a signal apart', async () => {
    await using b = await bench()
    await using runner = await b.open()
    const end = async (attemptId: string, code: string) =>
      runToEnd(runner, await specOf(b, attemptId, code))
    expect(await end('raises', 'raise ValueError("no rows")\n')).toMatchObject({
      exitCode: 1,
      reason: 'exited',
      error: { type: 'ValueError', message: 'no rows' },
    })
    expect(await end('exits', 'raise SystemExit(7)\n')).toMatchObject({ exitCode: 7, signal: null })
    expect(await end('dies', 'import os\nos.kill(os.getpid(), 11)\n')).toMatchObject({
      exitCode: null,
      signal: 'SIGSEGV',
      error: { type: 'Signal' },
    })
  })
}

function control(bench: MakeBench): void {
  test('ends what ignores SIGTERM after its grace, with everything that it started', async () => {
    await using b = await bench()
    await using runner = await b.open()
    const code = `
import os, signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(subprocess.Popen(["sleep", "1000"], start_new_session=True).pid, flush=True)
time.sleep(1000)
`
    const spec = await specOf(b, 'a', code)
    const exit = Promise.withResolvers<ExitReport>()
    await runner.start(spec, { onExit: exit.resolve })
    const child = await printedPid(spec)
    await runner.kill(spec, 100)
    expect(await exit.promise).toMatchObject({ reason: 'killed', signal: 'SIGKILL' })
    await expect.poll(() => isAlive(child)).toBe(false)
  })

  test('attaches instead of starting the same attempt twice', async () => {
    await using b = await bench()
    await using runner = await b.open()
    const spec = await specOf(b, 'a', printAndWait)
    const exit = Promise.withResolvers<ExitReport>()
    await runner.start(spec, { onExit: exit.resolve })
    expect(await runner.start(spec, { onExit: exit.resolve })).toMatchObject({ state: 'attached' })
    await expect.poll(() => readFile(spec.log, 'utf8').catch(() => '')).toBe('here\n')
    await runner.kill(spec, 0)
    expect(await exit.promise).toMatchObject({ reason: 'killed', exitCode: null })
    expect(await readFile(spec.log, 'utf8')).toBe('here\n')
  })

  test('runs an attempt once that two servers start at the same time', async () => {
    await using b = await bench()
    await using one = await b.open()
    await using other = await b.open()
    const spec = await specOf(b, 'a', 'print("ran")\nimport time\ntime.sleep(0.3)\n')
    const exits = [one, other].map(async (runner) => runToEnd(runner, spec))
    const [first, second] = await Promise.all(exits)
    expect(second).toEqual(first)
    expect(await readFile(spec.log, 'utf8')).toBe('ran\n')
  })
}

function limits(bench: MakeBench): void {
  test.each([
    {
      reason: 'memory',
      limits: { memoryBytes: 150 << 20 },
      code: 'x = [bytearray(b"x" * (1 << 20)) for _ in range(900)]',
      says: /its limit is 150 MiB/,
    },
    { reason: 'wall', limits: { wallMs: 300 }, code: 'pass', says: /its limit of 0\.3 s/ },
    { reason: 'cpu', limits: { cpuMs: 300 }, code: 'while 1: pass', says: /its limit of 0\.3 s/ },
  ])('ends an attempt over its $reason limit and names the limit', async (one) => {
    await using b = await bench()
    await using runner = await b.open()
    const plain = await specOf(b, 'a', `${one.code}\nimport time\ntime.sleep(60)\n`)
    const report = await runToEnd(runner, { ...plain, limits: one.limits })
    expect(report).toMatchObject({ exitCode: null, reason: one.reason })
    expect(report.error?.message).toMatch(one.says)
  })

  test('lets an attempt use as many processors as it asked for', async () => {
    await using b = await bench()
    await using runner = await b.open()
    const code = 'import os\nprint(len(os.sched_getaffinity(0)))\n'
    const spec = { ...(await specOf(b, 'a', code)), limits: { cpuCount: 1 } }
    expect(await runToEnd(runner, spec)).toMatchObject({ exitCode: 0 })
    expect(await readFile(spec.log, 'utf8')).toBe('1\n')
  })
}

function restarts(bench: MakeBench): void {
  test('finds an attempt again that an earlier runner started', async () => {
    await using b = await bench()
    await using runner = await b.open()
    const spec = await specOf(b, 'a', printAndWait)
    await runner.start(spec, { onExit: () => {} })
    await using later = await b.open()
    const exit = Promise.withResolvers<ExitReport>()
    expect(await later.attach(spec, { onExit: exit.resolve })).toMatchObject({ state: 'attached' })
    await later.kill(spec, 5000)
    expect(await exit.promise).toMatchObject({ reason: 'killed', signal: 'SIGTERM' })
    await using last = await b.open()
    expect(await last.attach(spec, { onExit: () => {} })).toEqual({ state: 'ended' })
  })

  test('says that an attempt vanished of which nothing is left but its spec', async () => {
    await using b = await bench()
    await using runner = await b.open()
    const spec = await specOf(b, 'a', printAndWait)
    await mkdir(spec.folder, { recursive: true })
    await writeFile(join(spec.folder, 'spec.json'), '{"server": "none"}')
    const hooks = { onExit: () => {} }
    expect(await runner.attach(spec, hooks)).toEqual({ state: 'vanished' })
    expect(await runner.start(spec, hooks)).toEqual({ state: 'vanished' })
  })

  test('reports an attempt as lost whose machine went away, and starts the next one', async () => {
    await using b = await bench()
    await using runner = await b.open()
    const code = 'import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)\n'
    const spec = await specOf(b, 'a', code)
    const exit = Promise.withResolvers<ExitReport>()
    await runner.start(spec, { onExit: exit.resolve })
    const pid = await printedPid(spec)
    await b.vanish(pid)
    expect(await exit.promise).toMatchObject({ exitCode: null, reason: 'lost' })
    expect(await findExit(spec.folder)).toMatchObject({ reason: 'lost' })
    await expect.poll(() => isAlive(pid)).toBe(false)
    expect(await runToEnd(runner, await specOf(b, 'b', ''))).toMatchObject({ exitCode: 0 })
  })

  test('kills nothing when the attempt does not run', async () => {
    await using b = await bench()
    await using runner = await b.open()
    const place = { attemptId: 'none', folder: join(b.folder, 'none') }
    await expect(runner.kill(place, 0)).resolves.toBeUndefined()
  })
}

/** Starts it, or attaches to it, and waits; one that has ended is read from its folder. */
async function runToEnd(runner: Runner, spec: StartSpec): Promise<ExitReport> {
  const exit = Promise.withResolvers<ExitReport>()
  const { state } = await runner.start(spec, { onExit: exit.resolve })
  const ended = state === 'ended' ? await findExit(spec.folder) : undefined
  return ended ?? exit.promise
}

async function printedPid(spec: StartSpec): Promise<number> {
  const log = () => readFile(spec.log, 'utf8').catch(() => '')
  await expect.poll(log).toMatch(/^\d+\n/)
  return Number((await log()).trim())
}

async function specOf(b: RunnerBench, attemptId: string, text: string): Promise<StartSpec> {
  const script = join(b.folder, `${attemptId}.py`)
  await writeFile(script, text)
  return b.spec({ attemptId, folder: join(b.folder, 'attempts', attemptId), script })
}
