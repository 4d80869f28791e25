import { describe, expect, it } from 'vitest'
import { completeFilter, faultOf, toFilter, type Grammar } from './filter-completion.ts'

const keys = ['metrics.auc', 'params.max depth', 'tags.team']
const grammar: Grammar = {
  attributes: [{ text: 'attributes.status', note: 'attribute' }],
  values: { 'attributes.status': ['FINISHED', 'RUNNING', 'FAILED'] },
  nameAttribute: 'attributes.run_name',
  example: '',
}
const texts = (before: string) =>
  completeFilter(before, keys, grammar).choices.map((one) => one.text)

describe('completeFilter', () => {
  it('offers known keys first, quoted where they are not plain', () => {
    expect(texts('').slice(0, 3)).toEqual(['metrics.auc', 'params.`max depth`', 'tags.team'])
    expect(texts('metr')).toEqual(['metrics.auc'])
  })

  it('offers operators that fit the kind of key', () => {
    expect(texts('metrics.auc ')).toContain('>=')
    expect(texts('params.`max depth` ')).toContain('LIKE')
    expect(texts('tags.team ')).toContain('ILIKE')
  })

  it('offers states for a status, and AND after a value', () => {
    expect(texts("attributes.status = 'F")).toEqual(["'FINISHED'", "'FAILED'"])
    expect(texts('metrics.auc > 0.8 ')).toEqual(['AND'])
    expect(texts("tags.team = 'a b' ")).toEqual(['AND'])
  })

  it('begins again after AND', () => {
    expect(texts('metrics.auc > 0.8 AND tags')).toEqual(['tags.team'])
    expect(completeFilter('metrics.auc > 0.8 AND ta', keys, grammar).from).toBe(22)
  })
})

it('takes a plain word for a part of the name, and anything else as it is', () => {
  expect(toFilter(' resnet-18 ', grammar)).toBe("attributes.run_name ILIKE '%resnet-18%'")
  expect(toFilter('metrics.auc > 1', grammar)).toBe('metrics.auc > 1')
})

it('finds the place of a mistake in what the server says', () => {
  const error = new Error('Invalid search at position 14: expected a number, found >')
  expect(faultOf(error)).toEqual({ at: 13, problem: 'expected a number, found >' })
  expect(faultOf(new Error('No answer'))).toBeUndefined()
})
