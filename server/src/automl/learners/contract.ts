import { describe, expect, test } from 'vitest'
import { assertSpace, type Parameter } from '../samplers/space.ts'
import { Problem } from '../problem.ts'
import { ColumnKind, type FeatureColumn, type Task } from '../types.ts'
import type { Learner } from './learner.ts'

const column = (name: string, kind: FeatureColumn['kind']): FeatureColumn => ({
  name,
  kind,
  isBooleanType: false,
  missing: 0,
})

/** Tasks of every shape that a learner may meet. */
export const tasks: readonly Task[] = [50, 1500, 50_000].flatMap((rows) => {
  const features = [column('a', ColumnKind.Numeric), column('b', ColumnKind.Categorical)]
  const shared = { target: 'y', rows, features, seed: 7 }
  const classes = { ...shared, problem: Problem.Classification }
  return [
    { ...classes, labels: ['no', 'yes'], positiveLabel: 'yes', metric: 'roc_auc' },
    { ...classes, labels: [0, 1], positiveLabel: 1, metric: 'f1' },
    { ...classes, labels: ['a', 'b', 'c'], positiveLabel: undefined, metric: 'log_loss' },
    {
      ...shared,
      problem: Problem.Regression,
      labels: [],
      positiveLabel: undefined,
      metric: 'rmse',
    },
  ] satisfies Task[]
})

/** What every learner keeps; `tests/automl` executes what it writes. */
export function learnerContract(learner: Learner): void {
  const suitable = tasks.filter((task) => learner.fits(task))

  describe(`${learner.name} keeps the learner contract`, () => {
    test('has a space that can be searched and starts inside it', () => {
      for (const task of suitable) {
        const space = learner.space(task)
        assertSpace(space)
        for (const first of learner.firsts(task)) {
          expect(Object.keys(first).sort()).toEqual(space.map(({ name }) => name).sort())
          for (const parameter of space)
            expect(isInside(parameter, first[parameter.name])).toBe(true)
        }
      }
    })

    test('opens with at least one configuration and no configuration twice', () => {
      for (const task of suitable) {
        const firsts = learner.firsts(task).map((point) => JSON.stringify(point))
        expect(firsts.length).toBeGreaterThan(0)
        expect(new Set(firsts).size).toBe(firsts.length)
      }
    })

    test('writes the parameters it is given, and imports what it names', () => {
      for (const task of suitable) {
        const [first = {}] = learner.firsts(task)
        const { imports, lines } = learner.source(task, first)
        const written = lines.join('\n')
        expect(written).toMatch(/^estimator = /m)
        for (const name of Object.keys(first)) expect(written).toContain(`${name}=`)
        for (const line of imports) {
          const name = /import (\w+)$/.exec(line)?.[1]
          expect(written).toContain(`${name}(`)
        }
        expect(`${imports.join('\n')}\n${written}`).not.toMatch(/millrace/i)
      }
    })
  })
}

function isInside(parameter: Parameter, value: unknown): boolean {
  if (parameter.kind === 'categorical') return parameter.choices.some((choice) => choice === value)
  if (typeof value !== 'number' || value < parameter.low || value > parameter.high) return false
  return parameter.kind === 'float' || Number.isInteger(value)
}
