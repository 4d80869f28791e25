import { describe, expect, test } from 'vitest'
import { testCtx, type TestCtx } from '../core/testing.ts'
import { startTables, tablesMigrations, writeTable } from '../tables/index.ts'
import { examine, type SearchRequest } from './examination.ts'
import { Problem } from './problem.ts'

const rows = `select i as id, i % 7 as size, case when i % 3 = 0 then 'Yes' else 'No' end as churn,
  case when i % 50 = 0 then null else i * 0.5 end as amount, 'same' as constant,
  ['a'] as tags, (i % 2 = 0) as flag, timestamptz '2026-01-01 00:00:00+00' + to_days(i % 40) as day,
  case when i % 10 = 0 then null else i % 2 end as later,
  i as number from range(200) t(i)`

async function withTable(sql: string): Promise<TestCtx> {
  const ctx = await testCtx('sqlite', tablesMigrations)
  await writeTable(ctx, { table: 'people', mode: 'overwrite', source: { sql } })
  return ctx
}

const asked: SearchRequest = {
  table: 'people',
  target: 'churn',
  problem: Problem.Classification,
}

describe('examining a request', () => {
  test('understands the columns, pins the version and fills in every default', async () => {
    await using ctx = await withTable(rows)
    await using _room = await startTables(ctx)
    const { task, dropped, data, spec } = await examine(ctx, asked)
    expect(data).toMatchObject({ table: 'main.default.people', version: 0, rows: 200 })
    expect(task.features.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'size numeric',
      'amount numeric',
      'flag boolean',
      'day datetime',
      'later boolean',
    ])
    expect(task.features.find(({ name }) => name === 'amount')?.missing).toBe(4)
    expect(dropped.map(({ name }) => name)).toEqual(['id', 'constant', 'tags', 'number'])
    expect(task).toMatchObject({ labels: ['No', 'Yes'], positiveLabel: 'Yes', metric: 'roc_auc' })
    expect(spec).toMatchObject({ seed: 42, folds: 5, maxTrials: 24, parallelism: 2 })
    expect(spec.learners).toContain('baseline')
    expect(spec.requirements.join('\n')).toMatch(/lightgbm==/)
  })

  test('leaves out rows without a target', async () => {
    await using ctx = await withTable(rows)
    await using _room = await startTables(ctx)
    const { data, task } = await examine(ctx, { ...asked, target: 'later' })
    expect(data).toMatchObject({ rows: 180, unlabelled: 20 })
    expect(task).toMatchObject({ labels: [0, 1], positiveLabel: 1, rows: 180 })
  })

  test('makes constants of an imputer what the column holds', async () => {
    await using ctx = await withTable(rows)
    await using _room = await startTables(ctx)
    const imputers = { amount: { strategy: 'constant', fill_value: '-1' } } as const
    const { spec } = await examine(ctx, { ...asked, imputers })
    expect(spec.imputers).toEqual({ amount: { strategy: 'constant', fill_value: -1 } })
  })

  test.each<[Partial<SearchRequest>, string, RegExp]>([
    [{ table: 'nobody' }, 'TABLES_TABLE_NOT_FOUND', /nobody/],
    [{ version: 9 }, 'TABLES_VERSION_NOT_FOUND', /9/],
    [
      { target: 'chrun' },
      'AUTOML_COLUMN_UNKNOWN',
      /target names the column "chrun".* has id, size/,
    ],
    [{ excludeColumns: ['x'] }, 'AUTOML_COLUMN_UNKNOWN', /exclude_columns/],
    [{ imputers: { x: 'mean' } }, 'AUTOML_COLUMN_UNKNOWN', /imputers/],
    [{ imputers: { flag: 'mean' } }, 'AUTOML_IMPUTER_UNSUITABLE', /mean in "flag"/],
    [{ imputers: { day: 'most_frequent' } }, 'AUTOML_IMPUTER_UNSUITABLE', /in "day"/],
    [{ target: 'constant' }, 'AUTOML_TARGET_UNSUITABLE', /same value in every row/],
    [{ target: 'number' }, 'AUTOML_TARGET_UNSUITABLE', /200 different values/],
    [{ target: 'day' }, 'AUTOML_TARGET_UNSUITABLE', /classes are texts/],
    [{ problem: 'regression' }, 'AUTOML_TARGET_UNSUITABLE', /regression predicts a number/],
    [{ metric: 'r2' }, 'AUTOML_METRIC_MISMATCH', /measured by roc_auc, log_loss/],
    [{ positiveLabel: 'Maybe' }, 'AUTOML_POSITIVE_LABEL_UNKNOWN', /"Maybe".*"No", "Yes"/],
    [{ learners: ['lightgmb'] }, 'AUTOML_LEARNER_UNKNOWN', /lightgmb.*lightgbm/],
    [{ learners: ['ridge'] }, 'AUTOML_NO_LEARNERS', /ridge can do classification/],
    [
      { excludeColumns: ['size', 'amount', 'flag', 'day', 'later'] },
      'AUTOML_NO_FEATURES',
      /size \(it was excluded/,
    ],
  ])('refuses %o', async (wrong, code, message) => {
    await using ctx = await withTable(rows)
    await using _room = await startTables(ctx)
    const refusal = examine(ctx, { ...asked, ...wrong })
    await expect(refusal).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('refuses classes rarer than the folds and tables smaller than a search needs', async () => {
    await using ctx = await withTable(
      `select i as a, case when i < 3 then 'rare' else 'common' end as y from range(100) t(i)`,
    )
    await using _room = await startTables(ctx)
    await expect(examine(ctx, { ...asked, target: 'y' })).rejects.toMatchObject({
      code: 'AUTOML_CLASS_TOO_RARE',
      message: expect.stringContaining('"rare" occurs in 3 rows'),
    })
    await writeTable(ctx, {
      table: 'few',
      mode: 'append',
      source: { sql: 'select i as a, i % 2 as y from range(19) t(i)' },
    })
    await expect(examine(ctx, { ...asked, table: 'few', target: 'y' })).rejects.toMatchObject({
      code: 'AUTOML_TOO_FEW_ROWS',
      message: expect.stringContaining('has 19 rows with a target; a search needs at least 20'),
    })
  })
})
