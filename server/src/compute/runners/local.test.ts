import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getEnvironment } from '../environment-service.ts'
import { computeBench } from '../testing.ts'
import { describeRunner, type RunnerBench } from './contract.ts'
import { LocalRunner } from './local.ts'

async function bench(): Promise<RunnerBench> {
  const { ctx, environment, [Symbol.asyncDispose]: dispose } = await computeBench()
  const { python } = await getEnvironment(ctx, environment)
  return {
    folder: ctx.config.dataDir,
    open: async () => new LocalRunner(ctx),
    spec: ({ script, ...place }) => ({
      ...place,
      environment,
      python,
      cwd: join(place.folder, 'work'),
      log: join(place.folder, 'log'),
      entry: { kind: 'script', path: script, argv: [] },
      env: {},
      principal: ctx.principal,
    }),
    vanish: killParent,
    [Symbol.asyncDispose]: () => dispose(),
  }
}

describeRunner('the local runner', bench)

/** The fork server is the parent of its attempts, which end with it. */
async function killParent(pid: number): Promise<void> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  process.kill(Number(/PPid:\s+(\d+)/.exec(status)?.[1]), 'SIGKILL')
}
