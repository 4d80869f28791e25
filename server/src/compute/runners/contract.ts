import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findExit } from '../attempt-files.ts'
import type { ExitReport } from '../types.ts'
import type { AttemptPlace, Runner, StartSpec } from './runner.ts'

/** Where a runner's contract is tried: on a machine, with an environment that has Python. */
export interface RunnerBench extends AsyncDisposable {
  readonly folder: string
  /** A runner over the same place; a second one stands for a server that was restarted. */
  readonly open: () => Promise<Runner>
  readonly spec: (place: AttemptPlace & { readonly script: string }) => StartSpec
}

const printAndWait = 'import time\nprint("here", flush=True)\ntime.sleep(60)\n'

/** What every runner promises. */
export function runnerContract(bench: () => Promise<RunnerBench>): void {
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

  test('kills nothing when the attempt does not run', async () => {
    await using b = await bench()
    await using runner = await b.open()
    const place = { attemptId: 'none', folder: join(b.folder, 'none') }
    await expect(runner.kill(place, 0)).resolves.toBeUndefined()
  })
}

async function specOf(b: RunnerBench, attemptId: string, text: string): Promise<StartSpec> {
  const script = join(b.folder, `${attemptId}.py`)
  await writeFile(script, text)
  return b.spec({ attemptId, folder: join(b.folder, 'attempts', attemptId), script })
}
