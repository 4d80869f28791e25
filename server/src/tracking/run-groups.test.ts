import { describe, expect, test } from 'vitest'
import { migrations } from '../app.ts'
import { readScript, type Ctx } from '../core/index.ts'
import { testCtx, testDialects, type TestCtx, type TestDialect } from '../core/testing.ts'
import { logBatch } from './log-service.ts'
import { loadGroups, matchedRuns, ofGroups } from './run-group-reads.ts'
import { groupRuns, type GroupRunsInput, type RunGroups } from './run-group-service.ts'
import { createRun, deleteRun, setRunTag, updateRun } from './run-service.ts'
import { ViewType } from './types.ts'

const learners = ['forest', 'linear', 'forest', undefined] as const

/** Runs 0…3: two forests, a linear one, one without a learner; `auc` is 0.0, 0.1, NaN, 0.3. */
async function fourRuns(dialect: TestDialect): Promise<TestCtx & { readonly ids: string[] }> {
  const ctx = await testCtx(dialect, ...migrations.slice(1))
  const ids: string[] = []
  for (const [index, learner] of learners.entries()) {
    const { info } = await createRun(ctx, {
      experimentId: '0',
      name: `run ${index}`,
      startedAt: index * 10,
      userId: 'ann',
    })
    const value = index === 2 ? Number.NaN : index / 10
    await logBatch(ctx, {
      runId: info.runId,
      metrics: [{ key: 'auc', value, timestamp: 1, step: 0 }],
      params: [
        { key: 'depth', value: String(index) },
        { key: 'seed', value: '7' },
        ...(learner === undefined ? [] : [{ key: 'learner', value: learner }]),
      ],
    })
    await updateRun(ctx, { runId: info.runId, status: 'FINISHED', endedAt: index * 10 + 4 })
    ids.push(info.runId)
  }
  return Object.assign(ctx, { ids })
}

function group(ctx: Ctx, input: Partial<GroupRunsInput>): Promise<RunGroups> {
  const names = { metrics: ['auc', 'never'], params: ['depth', 'seed'], tags: [] }
  return groupRuns(ctx, { experimentIds: ['0'], groupBy: 'params.learner', ...names, ...input })
}

describe.each(testDialects)('groups of runs on %s', (dialect) => {
  test('gathers runs by a parameter and summarises the columns asked for', async () => {
    await using ctx = await fourRuns(dialect)
    const { groups, isCut } = await group(ctx, {})
    expect(isCut).toBe(false)
    expect(groups.map(({ value, runs }) => [value, runs])).toEqual([
      [undefined, 1],
      ['forest', 2],
      ['linear', 1],
    ])
    expect(groups[1]).toMatchObject({
      status: { texts: 1, first: 'FINISHED' },
      user: { texts: 1, first: 'ann' },
      meanDurationMs: 4,
      newestStart: 20,
      metrics: [{ key: 'auc', runs: 1, mean: 0, least: 0, most: 0 }],
    })
    const params = groups[1]?.params.map(({ key, texts, first }) => [key, texts, first])
    expect(params?.toSorted()).toEqual([
      ['depth', 2, '0'],
      ['seed', 1, '7'],
    ])
  })

  test('groups only what the filter finds and the view shows', async () => {
    await using ctx = await fourRuns(dialect)
    await deleteRun(ctx, ctx.ids[1] ?? '')
    const found = async (input: Partial<GroupRunsInput>) =>
      (await group(ctx, input)).groups.map(({ value, runs }) => `${value ?? '–'}:${runs}`)
    expect(await found({})).toEqual(['–:1', 'forest:2'])
    expect(await found({ view: 'DELETED_ONLY' })).toEqual(['linear:1'])
    expect(await found({ filter: "params.depth = '2'" })).toEqual(['forest:1'])
    expect(await found({ groupBy: 'attributes.status' })).toEqual(['FINISHED:3'])
    expect(await found({ groupBy: 'tags.never' })).toEqual(['–:3'])
    expect(await found({ groupBy: 'dataset' })).toEqual(['–:3'])
  })

  test('gathers child runs under their parent, which is one of them', async () => {
    await using ctx = await fourRuns(dialect)
    const [parent = '', child = ''] = ctx.ids
    await setRunTag(ctx, { runId: child, key: 'mlflow.parentRunId', value: parent })
    const { groups } = await group(ctx, { groupBy: 'parent' })
    expect(groups.map(({ name, runs }) => [name, runs])).toEqual([
      ['run 3', 1],
      ['run 2', 1],
      ['run 0', 2],
    ])
  })

  test('reads only the runs of the groups that are shown, where there are more', async () => {
    await using ctx = await fourRuns(dialect)
    const asked = { comparisons: [], view: ViewType.ActiveOnly }
    const key = { entity: 'param', key: 'learner' } as const
    const all = await readScript(ctx, matchedRuns({ dialect, experiments: [0] }, asked, key))
    const some = ofGroups(dialect, all, ['linear', null])
    const rows = await readScript(ctx, loadGroups(some, 10))
    expect(rows.map(({ value, runs }) => [value, runs])).toEqual([
      [null, 1],
      ['linear', 1],
    ])
  })

  test('names what runs can be grouped by', async () => {
    await using ctx = await testCtx(dialect, ...migrations.slice(1))
    await expect(group(ctx, { groupBy: 'metrics.auc' })).rejects.toThrow(
      "Runs cannot be grouped by 'metrics.auc'; give params.NAME",
    )
  })
})
