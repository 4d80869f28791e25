import { describe, expect, test } from 'vitest'
import { migrations } from '../app.ts'
import { query, readScript, type Ctx } from '../core/index.ts'
import { testCtx, testDialects, type TestCtx, type TestDialect } from '../core/testing.ts'
import { createExperiment, deleteExperiment } from './experiment-service.ts'
import { logBatch } from './log-service.ts'
import { logInputs } from './input-service.ts'
import { findRuns } from './run-search.ts'
import { searchRuns, searchRunsJson, type SearchRunsInput } from './run-search-service.ts'
import { createRun, deleteRun, restoreRun, updateRun } from './run-service.ts'
import { settleSnapshots } from './snapshot-tasks.ts'
import { ViewType } from './types.ts'

interface Logged {
  readonly name: string
  readonly startedAt: number
  readonly metrics?: Readonly<Record<string, number>>
  readonly params?: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>>
}

async function log(ctx: Ctx, experimentId: string, run: Logged): Promise<string> {
  const { name, startedAt } = run
  const { info } = await createRun(ctx, { experimentId, name, startedAt, userId: 'ann' })
  const pairs = (record: Readonly<Record<string, string>> = {}) =>
    Object.entries(record).map(([key, value]) => ({ key, value }))
  await logBatch(ctx, {
    runId: info.runId,
    metrics: Object.entries(run.metrics ?? {}).map(([key, value]) => ({
      key,
      value,
      timestamp: 1,
      step: 0,
    })),
    params: pairs(run.params),
    tags: pairs(run.tags),
  })
  return info.runId
}

const runs: readonly Logged[] = [
  { name: 'a', startedAt: 10, metrics: { acc: 0.5, loss: 3 }, params: { lr: '0.1' } },
  { name: 'b', startedAt: 20, metrics: { acc: Number.NaN }, params: { lr: '0.01' } },
  { name: 'c', startedAt: 30, metrics: { acc: Infinity }, tags: { team: 'Growth' } },
  { name: 'd', startedAt: 40, metrics: { acc: -Infinity }, tags: { team: 'core' } },
  { name: 'e', startedAt: 50, params: { lr: 'a_c' }, tags: { 'with space': 'x' } },
  { name: 'f', startedAt: 60, metrics: { acc: 0.5 }, params: { lr: 'abc' } },
]

async function sixRuns(dialect: TestDialect): Promise<TestCtx> {
  const ctx = await testCtx(dialect, ...migrations.slice(1))
  for (const run of runs) await log(ctx, '0', run)
  return ctx
}

async function names(ctx: Ctx, input: Partial<SearchRunsInput> = {}): Promise<string> {
  const page = await searchRuns(ctx, { experimentIds: ['0'], ...input })
  return page.runs.map((run) => run.info.name).join('')
}

describe.each(testDialects)('run search on %s', (dialect) => {
  test.each([
    ['', 'fedcba'],
    ['metrics.acc > 0.4', 'fca'],
    ['metrics.acc >= 0.5 AND metric.loss = 3', 'a'],
    ['metrics.acc = 0', ''],
    ['metrics.acc < 0', 'd'],
    ['metrics.acc != 0.5', 'dcb'],
    ["params.lr = '0.1'", 'a'],
    ["params.lr != '0.1'", 'feb'],
    ["params.lr LIKE 'a_c'", 'fe'],
    ["parameter.lr like 'A%'", ''],
    ["params.lr ilike 'A%'", 'fe'],
    ["params.`lr` = 'abc'", 'f'],
    ['params."lr" = "abc"', 'f'],
    ['params.lr IS NULL', 'dc'],
    ['params.lr is not null', 'feba'],
    ['params.never IS NULL', 'fedcba'],
    ["params.never = 'x'", ''],
    ["tags.team = 'core' and attributes.status = 'RUNNING'", 'd'],
    ["tag.`with space` = 'x'", 'e'],
    ["run_name = 'c'", 'c'],
    ["attr.`run name` = 'c' or", 'error at 23: expected AND'],
    ["Run Name = 'c'", 'c'],
    ["run_name LIKE '%'", 'fedcba'],
    ['start_time > 29.5 and start_time <= 40', 'dc'],
    ["attributes.user_id != 'ann'", ''],
    ["run_id IN ('nope', 'neither')", ''],
    ["run_id not in ('nope')", 'fedcba'],
    ["datasets.name = 'x'", ''],
    ["metrics.acc > '0.4'", 'error at 15: metrics.acc compares with a number'],
    ['params.lr = 0.1', 'error at 13: params.lr compares with a quoted text'],
    ["status IN ('RUNNING')", 'error at 1: attributes.status takes ='],
    ["foo.bar = 'x'", "error at 1: 'foo' is no kind of value"],
    ["attributes.colour = 'x'", "error at 1: Invalid attribute key 'colour'"],
    ["params.lr = 'x", 'error at 13: the quote'],
    ["(params.lr = 'x')", 'error at 1: expected a name such as'],
    ['   ', 'error at 4: expected a name such as'],
  ])('filter %j finds %j', async (filter, expected) => {
    await using ctx = await sixRuns(dialect)
    const found = await names(ctx, { filter }).catch((error: Error) => error.message)
    const shown = found.replace('Invalid search at position', 'error at')
    const compared = expected.startsWith('error') ? shown.slice(0, expected.length) : shown
    expect(compared).toBe(expected)
  })

  test.each([
    [['metrics.acc'], 'dfacbe'],
    [['metrics.acc DESC'], 'cfadbe'],
    [['metrics.acc desc', 'start_time asc'], 'cafdbe'],
    [['metrics.never'], 'fedcba'],
    [['params.lr'], 'baefdc'],
    [['params.lr DESC', 'attributes.run_name DESC'], 'feabdc'],
    [['tags.team ASC'], 'cdfeba'],
    [['run_name'], 'abcdef'],
    [['start_time', 'start_time'], 'abcdef'],
    [['end_time', 'metrics.loss DESC'], 'afedcb'],
  ])('order %j gives %s, page by page as well', async (orderBy, expected) => {
    await using ctx = await sixRuns(dialect)
    expect(await names(ctx, { orderBy })).toBe(expected)
    for (const filter of [undefined, "run_name != 'zzz'", "status = 'RUNNING'"]) {
      let paged = ''
      let pageToken: string | undefined
      do {
        const search = { experimentIds: ['0'], orderBy, filter, maxResults: 2, pageToken }
        const page = await searchRuns(ctx, search)
        paged += page.runs.map((run) => run.info.name).join('')
        pageToken = page.nextPageToken
      } while (pageToken)
      expect(paged).toBe(expected)
    }
  })

  test('a page goes on where the last one ended, whatever was inserted meanwhile', async () => {
    await using ctx = await sixRuns(dialect)
    const search = { experimentIds: ['0'], maxResults: 3 }
    const first = await searchRuns(ctx, search)
    await log(ctx, '0', { name: 'g', startedAt: 70 })
    await log(ctx, '0', { name: 'z', startedAt: 25 })
    const { nextPageToken: pageToken } = first
    expect(await names(ctx, { ...search, pageToken })).toBe('czb')
    const other = searchRuns(ctx, { ...search, pageToken, filter: 'metrics.acc > 0' })
    await expect(other).rejects.toMatchObject({ code: 'TRACKING_PAGE_TOKEN_INVALID' })
  })

  test('searches several experiments, deleted runs only when asked', async () => {
    await using ctx = await sixRuns(dialect)
    const second = await createExperiment(ctx, { name: 'second' })
    const runId = await log(ctx, second, { name: 'x', startedAt: 35, metrics: { acc: 0.4 } })
    const experimentIds = ['0', second]
    expect(await names(ctx, { experimentIds })).toBe('fedxcba')
    expect(await names(ctx, { experimentIds, orderBy: ['metrics.acc'] })).toBe('dxfacbe')
    await deleteRun(ctx, runId)
    expect(await names(ctx, { experimentIds })).toBe('fedcba')
    expect(await names(ctx, { experimentIds, view: 'DELETED_ONLY' })).toBe('x')
    expect(await names(ctx, { experimentIds, view: 'ALL' })).toBe('fedxcba')
    expect(await names(ctx, { experimentIds: [] })).toBe('')
  })

  test('finds runs by dataset and context', async () => {
    await using ctx = await sixRuns(dialect)
    const page = await searchRuns(ctx, { experimentIds: ['0'], filter: "run_name = 'b'" })
    const dataset = {
      name: 'churn',
      digest: 'd1',
      sourceType: 'local',
      source: '{}',
      schema: undefined,
      profile: undefined,
    }
    const tags = [{ key: 'mlflow.data.context', value: 'train' }]
    await logInputs(ctx, {
      runId: page.runs[0]?.info.runId ?? '',
      datasets: [{ dataset, tags }],
    })
    expect(await names(ctx, { filter: "dataset.name IN ('churn')" })).toBe('b')
    expect(await names(ctx, { filter: "datasets.digest LIKE 'd%'" })).toBe('b')
    expect(await names(ctx, { filter: "dataset.context = 'eval'" })).toBe('')
  })

  test('answers the same text before and after a snapshot, and never an old one', async () => {
    await using ctx = await sixRuns(dialect)
    const search = { experimentIds: ['0'], maxResults: 2, orderBy: ['run_name'] }
    const answer = async () => (await searchRunsJson(ctx, search)).toString()
    const { runs: found } = await searchRuns(ctx, search)
    const [runId = '', second = ''] = found.map(({ info }) => info.runId)
    await updateRun(ctx, { runId: second, status: 'FINISHED', endedAt: 99 })
    const before = await answer()
    await updateRun(ctx, { runId, status: 'FINISHED', endedAt: 99 })
    await answer()
    await settleSnapshots(ctx)
    const ended = before.replace(
      '"status":"RUNNING","start_time":10',
      '"status":"FINISHED","start_time":10,"end_time":99',
    )
    expect(await answer()).toBe(ended)
    await logBatch(ctx, { runId, tags: [{ key: 'late', value: 'yes' }] })
    expect(await answer()).toContain('"late"')
    await settleSnapshots(ctx)
    await deleteRun(ctx, runId)
    const deleted = { ...search, view: ViewType.DeletedOnly }
    expect((await searchRunsJson(ctx, deleted)).toString()).toContain('"lifecycle_stage":"deleted"')
    await restoreRun(ctx, runId)
    await answer()
    await settleSnapshots(ctx)
    await deleteExperiment(ctx, '0')
    const json = (await searchRunsJson(ctx, deleted)).toString()
    expect(json.match(/"lifecycle_stage":"deleted"/g)).toHaveLength(2)
  })
})

test('refuses limits outside 1 to 50000 and too many conditions', async () => {
  await using ctx = await testCtx('sqlite', ...migrations.slice(1))
  for (const maxResults of [0, 50_001]) {
    await expect(names(ctx, { maxResults })).rejects.toThrow(/max_results/)
  }
  const filter = Array.from({ length: 10_000 }, (_, i) => `metrics.m${i} > 0`).join(' and ')
  await expect(names(ctx, { filter })).rejects.toThrow(/at most 200 comparisons/)
})

test('no plan of a search scans or sorts all runs', async () => {
  await using ctx = await sixRuns('sqlite')
  const plans: string[] = []
  const explain = async (search: Partial<Parameters<typeof findRuns>[1]>): Promise<void> => {
    const script = findRuns('sqlite', { experiments: [0], maxResults: 100, ...search })
    let step = script.next([])
    while (!step.done) {
      const { sql, parameters } = step.value
      const explained = query<{ detail: string }>(`explain query plan ${sql}`, ...parameters)
      for (const { detail } of await readScript(ctx, explained)) plans.push(detail)
      step = script.next(await readScript(ctx, query(sql, ...parameters)))
    }
  }
  await explain({})
  await explain({ orderBy: ['metrics.acc DESC'] })
  await explain({ filter: 'metrics.acc > 0.4' })
  await explain({ filter: "params.lr = '0.1'", orderBy: ['metrics.acc'] })
  await explain({ filter: "tags.team LIKE '%x%' and run_name = 'a'" })
  expect(plans.length).toBeGreaterThan(20)
  const scans = plans.filter((plan) => /^SCAN (?!json_each|\(subquery|c\b)/.test(plan))
  expect(scans).toEqual([])
})
