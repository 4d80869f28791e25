import { expect, test } from 'vitest'
import { Batcher } from './batcher.ts'
import type { Row } from './input-plan.ts'

const double = (rows: readonly Row[]) => rows.map(([x]) => Number(x) * 2)

test('rows that come in one turn share a call, and each caller gets its own answers', async () => {
  const calls: number[] = []
  await using batcher = new Batcher({
    run: async (rows) => {
      calls.push(rows.length)
      return double(rows)
    },
  })
  const answers = await Promise.all([
    batcher.submit([[1]]),
    batcher.submit([[2], [3]]),
    batcher.submit([]),
    batcher.submit([[4]]),
  ])
  expect(answers).toEqual([[2], [4, 6], [], [8]])
  expect(calls).toEqual([4])
})

test('what comes while a call runs makes the next one, no larger than allowed', async () => {
  const calls: number[] = []
  const gate = Promise.withResolvers<void>()
  await using batcher = new Batcher({
    maxRows: 3,
    run: async (rows) => {
      calls.push(rows.length)
      if (calls.length === 1) await gate.promise
      return double(rows)
    },
  })
  const first = batcher.submit([[0]])
  await new Promise((resolve) => setImmediate(resolve))
  const later = [1, 2, 3, 4].map((x) => batcher.submit([[x]]))
  const large = batcher.submit([[5], [6], [7], [8]])
  gate.resolve()
  expect(await Promise.all([first, ...later, large])).toEqual([
    [0],
    [2],
    [4],
    [6],
    [8],
    [10, 12, 14, 16],
  ])
  expect(calls).toEqual([1, 3, 1, 4])
})

test('a row that breaks the call fails its own request only', async () => {
  await using batcher = new Batcher({
    run: async (rows) => {
      if (rows.some(([x]) => x === 'bad')) throw new Error('bad row')
      return double(rows)
    },
  })
  const outcomes = await Promise.allSettled(['bad', 1, 2].map((x) => batcher.submit([[x]])))
  expect(outcomes).toMatchObject([
    { status: 'rejected', reason: { message: 'bad row' } },
    { status: 'fulfilled', value: [2] },
    { status: 'fulfilled', value: [4] },
  ])
})

test('closing waits for what was submitted', async () => {
  const batcher = new Batcher({ run: async (rows) => double(rows) })
  let answered = false
  void batcher.submit([[1]]).then(() => (answered = true))
  await batcher[Symbol.asyncDispose]()
  await new Promise((resolve) => setImmediate(resolve))
  expect(answered).toBe(true)
})
