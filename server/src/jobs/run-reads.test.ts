import { describe, expect, test } from 'vitest'
import { testCtx, testDialects } from '../core/testing.ts'
import { jobsMigrations } from './migrations.ts'
import { listRuns, type ListRuns, type RunPage } from './run-reads.ts'
import { insertRun } from './run-store.ts'
import { LifeCycle, Result, RunType, TriggerType } from './types.ts'

async function fill(ctx: Awaited<ReturnType<typeof testCtx>>, count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) {
    await insertRun(ctx.db, {
      runId: n,
      jobId: n % 2,
      name: 'n',
      type: RunType.JobRun,
      trigger: TriggerType.OneTime,
      triggerInfo: {},
      creator: 'me',
      runAs: 'me',
      definitionHash: 'h',
      parameters: {},
      overrides: {},
      lifeCycle: n % 5 === 0 ? LifeCycle.Running : LifeCycle.Terminated,
      result: n % 5 === 0 ? undefined : Result.Success,
      code: undefined,
      message: '',
      // Two runs of the same moment, now and then.
      createdAt: new Date(1000 * Math.ceil(n / 3)),
      timeoutSeconds: 0,
      idempotencyToken: undefined,
      parentTaskRunId: undefined,
      logicalAt: undefined,
      backfillId: undefined,
    })
  }
}

const ids = (page: RunPage) => page.runs.map((run) => run.runId)

describe.each(testDialects)('run lists on %s', (dialect) => {
  test('pages through every run once, newest first, and back', async () => {
    await using ctx = await testCtx(dialect, jobsMigrations)
    await fill(ctx, 20)
    const seen: number[] = []
    let page = await listRuns(ctx.db, { limit: 6 })
    seen.push(...ids(page))
    while (page.hasOlder) {
      const last = page.runs.at(-1)
      if (!last) break
      const after = { createdAt: last.createdAt.getTime(), runId: last.runId }
      page = await listRuns(ctx.db, { limit: 6, after: { ...after, direction: 'older' } })
      seen.push(...ids(page))
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => 20 - n))
    const [first] = page.runs
    const edge = { createdAt: first?.createdAt.getTime() ?? 0, runId: first?.runId ?? 0 }
    const back = await listRuns(ctx.db, { limit: 6, after: { ...edge, direction: 'newer' } })
    expect(ids(back)).toEqual([8, 7, 6, 5, 4, 3])
  })

  test('filters by job, by activity and by time', async () => {
    await using ctx = await testCtx(dialect, jobsMigrations)
    await fill(ctx, 20)
    const list = async (filter: Partial<ListRuns>) =>
      ids(await listRuns(ctx.db, { limit: 100, ...filter }))
    expect(await list({ active: true })).toEqual([20, 15, 10, 5])
    expect(await list({ jobId: 1, active: true })).toEqual([15, 5])
    expect(await list({ from: 2000, to: 3000 })).toEqual([9, 8, 7, 6, 5, 4])
    expect(await list({ type: RunType.SubmitRun })).toEqual([])
  })
})
