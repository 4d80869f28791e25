import { expect, it } from 'vitest'
import { layoutGraph } from './graph-layout.ts'

const node = (id: string) => ({ id, width: 100, height: 40 })

it('puts what depends on something to the right of it, and parallel nodes apart', () => {
  const edges = [
    { from: 'a', to: 'b' },
    { from: 'a', to: 'c' },
    { from: 'gone', to: 'c' },
  ]
  const places = layoutGraph([node('a'), node('b'), node('c')], edges, 'LR')
  const [a, b, c] = ['a', 'b', 'c'].map((id) => places.get(id))
  expect(b?.x).toBeGreaterThan((a?.x ?? 0) + 100)
  expect(c?.x).toBe(b?.x)
  expect(Math.abs((c?.y ?? 0) - (b?.y ?? 0))).toBeGreaterThanOrEqual(40)
})
