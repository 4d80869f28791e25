import { expect, test } from 'vitest'
import { tailLog } from './attempt-log.ts'
import { kill, waitForExit } from './attempt-service.ts'
import { computeBench, isAlive } from './testing.ts'

const mib = 1024 * 1024

test('ends an attempt over its memory limit and names the limit', async () => {
  await using b = await computeBench()
  const entry = await b.script(`
import time
blocks = []
while True:
    blocks.append(bytearray(b"x" * (16 << 20)))
    time.sleep(0.02)
`)
  const report = await b.run(entry, { limits: { memoryBytes: 150 * mib } })
  expect(report).toMatchObject({ exitCode: null, signal: 'SIGKILL', reason: 'memory' })
  expect(report.error?.message).toMatch(/used \d+ MiB of memory; its limit is 150 MiB/)
  expect(report.maxRssBytes).toBeGreaterThan(150 * mib)
})

test('counts the memory of the processes that an attempt starts', async () => {
  await using b = await computeBench()
  const entry = await b.script(`
import subprocess, sys
code = "import time; block = b'x' * (80 << 20); time.sleep(60)"
for child in [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]:
    child.wait()
`)
  const report = await b.run(entry, { limits: { memoryBytes: 150 * mib } })
  expect(report).toMatchObject({ reason: 'memory' })
})

test('lets an attempt run that stays below its limits', async () => {
  await using b = await computeBench()
  const entry = await b.script('import time; time.sleep(0.3)\n')
  const limits = { memoryBytes: 500 * mib, wallMs: 20_000, cpuMs: 20_000, cpuCount: 1 }
  expect(await b.run(entry, { limits })).toMatchObject({ exitCode: 0, reason: 'exited' })
})

test('ends an attempt that runs longer than its wall time limit', async () => {
  await using b = await computeBench()
  const report = await b.run(await b.script('import time; time.sleep(60)\n'), {
    limits: { wallMs: 200 },
  })
  expect(report).toMatchObject({
    reason: 'wall',
    signal: 'SIGTERM',
    error: { message: expect.stringContaining('its limit of 0.2 s') },
  })
})

test('ends an attempt that uses more processor time than its limit', async () => {
  await using b = await computeBench()
  const report = await b.run(await b.script('while True: pass\n'), { limits: { cpuMs: 300 } })
  expect(report).toMatchObject({
    reason: 'cpu',
    error: { message: expect.stringContaining('its limit of 0.3 s') },
  })
})

test('confines an attempt to its number of processors', async () => {
  await using b = await computeBench()
  const entry = await b.script('import os; print(len(os.sched_getaffinity(0)))\n')
  const id = await b.start(entry, { limits: { cpuCount: 1 } })
  await waitForExit(b.ctx, id)
  expect((await tailLog(b.ctx, id, 100)).text).toBe('1\n')
})

test.each([
  ['os.abort()', 'SIGABRT'],
  ['os.kill(os.getpid(), 9)', 'SIGKILL'],
  ['import ctypes; ctypes.string_at(0)', 'SIGSEGV'],
])('names the signal that ended %s', async (code, signal) => {
  await using b = await computeBench()
  const report = await b.run(await b.script(`import os\n${code}\n`))
  expect(report).toMatchObject({
    exitCode: null,
    signal,
    reason: 'exited',
    error: { type: 'Signal', message: expect.stringContaining(signal) },
  })
})

test('passes exit codes and the text of sys.exit on', async () => {
  await using b = await computeBench()
  expect(await b.run(await b.script('raise SystemExit(7)\n'))).toMatchObject({ exitCode: 7 })
  expect(await b.run(await b.script('import sys; sys.exit("no rows")\n'))).toMatchObject({
    exitCode: 1,
    error: { type: 'SystemExit', message: 'no rows' },
  })
  expect(await b.run(await b.script('x = (\n'))).toMatchObject({
    exitCode: 1,
    error: { type: 'SyntaxError' },
  })
  expect(await b.run({ kind: 'script', path: '/nowhere/x.py', argv: [] })).toMatchObject({
    exitCode: 1,
    error: { type: 'FileNotFoundError', message: expect.stringContaining('/nowhere/x.py') },
  })
})

test('lets what an attempt started end in its own time when it is cancelled', async () => {
  await using b = await computeBench()
  const entry = await b.script(`
import subprocess, time
child = subprocess.Popen(["sh", "-c", "trap 'sleep 0.2; echo cleaned up; exit 0' TERM; echo ready; while :; do sleep 0.05; done"])
print(child.pid, flush=True)
time.sleep(60)
`)
  const id = await b.start(entry)
  const log = async () => (await tailLog(b.ctx, id, 1000)).text
  await expect.poll(log).toContain('ready')
  await kill(b.ctx, id, { graceMs: 10_000 })
  const report = await waitForExit(b.ctx, id)
  expect(report).toMatchObject({ reason: 'killed', signal: 'SIGTERM' })
  expect(report.endedAt - report.startedAt).toBeLessThan(9000)
  expect(await log()).toContain('cleaned up')
})

test('leaves nothing running of an attempt that ends while its children go on', async () => {
  await using b = await computeBench()
  const entry = await b.script(`
import subprocess
print(subprocess.Popen(["sleep", "1000"]).pid)
print(subprocess.Popen(["sleep", "1000"], start_new_session=True).pid)
`)
  const id = await b.start(entry)
  expect(await waitForExit(b.ctx, id)).toMatchObject({ exitCode: 0 })
  const pids = (await tailLog(b.ctx, id, 1000)).text.trim().split('\n').map(Number)
  for (const pid of pids) await expect.poll(() => isAlive(pid)).toBe(false)
})

test('keeps parallel attempts apart', async () => {
  await using b = await computeBench()
  const entry = await b.script(
    'import os, sys\nopen("mine", "x").write(os.environ["N"])\nprint(open("mine").read())\n',
  )
  const ids = await Promise.all(
    Array.from({ length: 30 }, (_, n) => b.start(entry, { env: { N: String(n) } })),
  )
  const reports = await Promise.all(ids.map((id) => waitForExit(b.ctx, id)))
  expect(reports.every(({ exitCode }) => exitCode === 0)).toBe(true)
  const texts = await Promise.all(ids.map(async (id) => (await tailLog(b.ctx, id, 100)).text))
  expect(texts).toEqual(ids.map((_, n) => `${n}\n`))
})

test('honours variables that an interpreter reads when it starts', async () => {
  await using b = await computeBench()
  const entry = await b.script('import sys\nprint(sys.flags.optimize, hash("a"), sys.argv[1:])\n', [
    'x',
  ])
  const seen = async (env: Record<string, string>) => {
    const id = await b.start(entry, { env })
    expect(await waitForExit(b.ctx, id)).toMatchObject({ exitCode: 0 })
    return (await tailLog(b.ctx, id, 1000)).text.trim().split(' ')
  }
  const [optimize, usual, argv] = await seen({})
  expect([optimize, argv]).toEqual(['0', "['x']"])
  expect((await seen({}))[1]).toBe(usual)
  const own = await seen({ PYTHONOPTIMIZE: '1', PYTHONHASHSEED: '7' })
  expect([own[0], own[2]]).toEqual(['1', "['x']"])
  expect(own[1]).not.toBe(usual)
})

test('runs scripts that use processes of their own', async () => {
  await using b = await computeBench()
  const entry = await b.script(`
import concurrent.futures, multiprocessing

def double(x):
    return 2 * x

if __name__ == "__main__":
    for method in ("fork", "spawn"):
        with concurrent.futures.ProcessPoolExecutor(
            2, mp_context=multiprocessing.get_context(method)
        ) as pool:
            print(list(pool.map(double, range(3))))
`)
  const id = await b.start(entry)
  expect(await waitForExit(b.ctx, id)).toMatchObject({ exitCode: 0 })
  expect((await tailLog(b.ctx, id, 1000)).text).toBe('[0, 2, 4]\n[0, 2, 4]\n')
})
