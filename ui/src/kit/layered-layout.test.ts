import { expect, test } from 'vitest'
import { layoutLayers } from './layered-layout.ts'

const box = (id: string) => ({ id, width: 100, height: 40 })

test('puts every box after those it follows, and no box on another', () => {
  const ids = Array.from({ length: 60 }, (_, index) => `n${index}`)
  const edges = ids.flatMap((to, index) =>
    [index >> 1, index - 7]
      .filter((from) => from >= 0 && from < index)
      .map((from) => ({ from: `n${from}`, to })),
  )
  const places = layoutLayers(ids.map(box), edges, 'LR')
  for (const { from, to } of edges) {
    expect(places.get(to)?.x).toBeGreaterThanOrEqual((places.get(from)?.x ?? 0) + 100)
  }
  const all = [...places.values()]
  const overlaps = all.filter((one, index) =>
    all.some((two, other) => other < index && one.x === two.x && Math.abs(one.y - two.y) < 40),
  )
  expect(overlaps).toEqual([])
  expect(Math.min(...all.map((place) => place.y))).toBe(0)
})

test('draws a chain as a straight line, from top to bottom when asked', () => {
  const edges = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
  ]
  const places = layoutLayers(['c', 'a', 'b'].map(box), edges, 'TB')
  expect(['a', 'b', 'c'].map((id) => places.get(id))).toEqual([
    { x: 0, y: 0 },
    { x: 0, y: 64 },
    { x: 0, y: 128 },
  ])
})

test('keeps the boxes of a cycle', () => {
  const edges = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
    { from: 'c', to: 'b' },
  ]
  expect(layoutLayers(['a', 'b', 'c'].map(box), edges, 'LR').size).toBe(3)
})
