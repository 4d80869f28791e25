import { expect, test } from 'vitest'
import { learners, learnersFor } from '../learners/all.ts'
import { tasks } from '../learners/contract.ts'
import { columnKinds } from '../preprocessors/all.ts'
import type { Task } from '../types.ts'
import { explorationNotebook } from './exploration-notebook.ts'
import type { SearchPlan } from './plan.ts'
import { bracketed, importLines, listOf, python } from './python.ts'
import { trialFileName, trialNotebook, trialTitle } from './trial-notebook.ts'

const features = columnKinds.flatMap((kind) => [
  { name: `${kind} of "x"\\`, kind, isBooleanType: kind === 'boolean', missing: 2 },
  { name: `${kind}2`, kind, isBooleanType: false, missing: 0 },
])

const planOf = (task: Task): SearchPlan => ({
  searchId: 's',
  searchName: 'people-y',
  serverUrl: 'http://127.0.0.1:5000',
  experimentId: '4',
  data: {
    table: 'main.default.people',
    version: 3,
    rows: 1500,
    sha256: 'f00d',
    runId: 'abc',
    artifactPath: 'dataset/training.parquet',
  },
  task: { ...task, features },
  folds: 5,
  dropped: [{ name: 'id | key', reason: 'it names rows' }],
  imputers: {},
  unlabelled: 7,
  versions: { pandas: '3.1.1', 'scikit-learn': '1.9.1', lightgbm: '4.7.0' },
  python: '3.11',
})

interface Document {
  readonly nbformat: number
  readonly cells: readonly {
    readonly cell_type: string
    readonly id: string
    readonly source: readonly string[]
  }[]
}

const codeOf = ({ cells }: Document): string =>
  cells
    .filter(({ cell_type }) => cell_type === 'code')
    .map(({ source }) => source.join(''))
    .join('\n')

test('a notebook is the same bytes every time, and imports nothing of ours', () => {
  for (const task of tasks) {
    for (const learner of learnersFor(task, undefined)) {
      const [point = {}] = learner.firsts(task)
      const made = () => trialNotebook(planOf(task), { number: 3, learner, point })
      expect(made()).toBe(made())
      const document = JSON.parse(made()) as Document
      expect(document.nbformat).toBe(4)
      expect(new Set(document.cells.map(({ id }) => id)).size).toBe(document.cells.length)
      expect(codeOf(document)).not.toMatch(/millrace|dbutils/i)
    }
  }
})

test('a notebook pins its rows, says how to run it again and what it leaves out', () => {
  const [task] = tasks
  const [learner] = learners
  const plan = planOf(task as Task)
  const text = trialNotebook(plan, {
    number: 12,
    learner: learner as (typeof learners)[0],
    point: {},
  })
  const document = JSON.parse(text) as Document
  expect(codeOf(document)).toContain('assert digest == "f00d"')
  expect(codeOf(document)).toContain('assert len(data) == 1500')
  const words = document.cells.map(({ source }) => source.join('')).join('\n')
  expect(words).toContain('pip install pandas==3.1.1 scikit-learn==1.9.1')
  expect(words).toContain('| id \\| key | it names rows |')
  expect(words).toContain('7 more rows have no y')
})

test('an exploration says how every column is understood', () => {
  for (const task of tasks.slice(0, 4)) {
    const code = codeOf(JSON.parse(explorationNotebook(planOf(task))) as Document)
    expect(code).toContain('"id | key": "left out: it names rows"')
    expect(code).not.toMatch(/millrace|dbutils/i)
  }
})

test('names of files and titles', () => {
  const forest = learners.find(({ name }) => name === 'random_forest') as (typeof learners)[0]
  const trial = { number: 7, learner: forest, point: {} }
  expect(trialFileName(trial)).toBe('trial-007-random-forest')
  expect(trialTitle(trial)).toBe('Trial 7: Random forest')
})

test.each([
  [null, 'None'],
  [true, 'True'],
  [0.1, '0.1'],
  [1e-7, '1e-7'],
  [Number.NaN, 'float("nan")'],
  ['it\'s "odd"\\\n', '"it\'s \\"odd\\"\\\\\\n"'],
  [['a', 1, false], '["a", 1, False]'],
  [{ a: null }, '{"a": None}'],
])('writes %j as Python', (value, text) => {
  expect(python(value)).toBe(text)
})

test('breaks long lines and joins imports', () => {
  expect(bracketed('f(', ['a=1', 'b=2'], ')')).toEqual(['f(a=1, b=2)'])
  const long = bracketed('f(', ['a'.repeat(60), 'b'.repeat(60)], ')')
  expect(long).toEqual(['f(', `    ${'a'.repeat(60)},`, `    ${'b'.repeat(60)},`, ')'])
  const names = Array.from({ length: 30 }, (_, index) => `column_${index}`)
  for (const line of listOf('numeric', names)) expect(line.length).toBeLessThanOrEqual(100)
  expect(importLines(['import b', 'from x import b, A', 'import a', 'from x import c'])).toEqual([
    'import a',
    'import b',
    'from x import A, b, c',
  ])
})
