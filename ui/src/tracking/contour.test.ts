import { expect, it } from 'vitest'
import { bandsOf, surface } from './contour.ts'

it('passes through its samples and stays between them', () => {
  const samples = [
    { x: 0.25, y: 0.25, value: 1 },
    { x: 0.75, y: 0.75, value: 3 },
  ]
  const grid = surface(samples, 2)
  expect(grid[0]?.[0]).toBe(1)
  expect(grid[1]?.[1]).toBe(3)
  expect(grid[0]?.[1]).toBeCloseTo(2)
})

it('puts the least in the first band and the greatest in the last', () => {
  expect(bandsOf([[0, 5, 10]], 4)).toEqual([[0, 2, 3]])
  expect(bandsOf([[7, 7]], 4)).toEqual([[0, 0]])
})
