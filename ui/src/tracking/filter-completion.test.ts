import { describe, expect, it } from 'vitest'
import { completeFilter } from './filter-completion.ts'

const keys = ['metrics.auc', 'params.max depth', 'tags.team']
const texts = (before: string) => completeFilter(before, keys).choices.map((one) => one.text)

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
    expect(completeFilter('metrics.auc > 0.8 AND ta', keys).from).toBe(22)
  })
})
