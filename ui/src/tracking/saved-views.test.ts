import { expect, it } from 'vitest'
import { nameProblem, tagOfView, viewsOf } from './saved-views.ts'

it('keeps a view as a tag and reads it back, without the selection', () => {
  const search = { q: "params.learner = 'a, b'", sort: '-metrics.auc', selected: 'r1,r2' }
  const tag = tagOfView('best first', search)
  expect(viewsOf([tag, { key: 'team', value: 'x' }])).toEqual([
    { name: 'best first', search: { q: "params.learner = 'a, b'", sort: '-metrics.auc' } },
  ])
})

it('refuses names that a tag cannot have', () => {
  expect(nameProblem('last week: 0.8/best')).toBeUndefined()
  expect(nameProblem('')).toBeDefined()
  expect(nameProblem('größte')).toBeDefined()
})
