import { join } from 'node:path'
import { describe } from 'vitest'
import { getEnvironment } from '../environment-service.ts'
import { computeBench } from '../testing.ts'
import { runnerContract, type RunnerBench } from './contract.ts'
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
    [Symbol.asyncDispose]: () => dispose(),
  }
}

describe('the local runner', () => {
  runnerContract(bench)
})
