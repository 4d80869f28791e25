import { describe, expect, test } from 'vitest'
import type { BoundRows, Row } from '../input-plan.ts'
import type { Flavour } from './flavour.ts'

/** One fitted model, opened by a flavour; the answers are the model's own. */
export interface ContractModel {
  /** Rows with missing values and unseen categories among them. */
  readonly input: BoundRows
  readonly labels: readonly unknown[]
  /** Of the second class. */
  readonly probabilities: readonly number[]
}

export interface ContractCase {
  /** A pipeline with imputers, that takes any row. */
  readonly open: () => Promise<{ readonly flavour: Flavour; readonly model: ContractModel }>
  /** A pipeline without them, that fails on a missing number; `bad` is a row with one. */
  readonly openStrict: () => Promise<{
    readonly flavour: Flavour
    readonly columns: readonly string[]
    readonly good: Row
    readonly bad: Row
  }>
}

/** What every flavour keeps. */
export function flavourContract(kind: string, { open, openStrict }: ContractCase): void {
  describe(`${kind} keeps the flavour contract`, () => {
    test('answers as the model itself, also for missing values and unseen categories', async () => {
      const { flavour, model } = await open()
      await using _open = flavour
      expect(flavour.kind).toBe(kind)
      expect(await flavour.predict(model.input, {})).toEqual(model.labels)
      const { prediction, probability } = await flavour.score(model.input)
      expect(prediction).toEqual(model.labels)
      const largest = probability.map((p, i) => Math.abs((p ?? 9) - (model.probabilities[i] ?? 0)))
      expect(Math.max(...largest)).toBeLessThan(1e-4)
    })

    test('gives each of many concurrent requests its own answers, in order', async () => {
      const { flavour, model } = await open()
      await using _open = flavour
      const { columns, rows } = model.input
      const sizes = Array.from({ length: 60 }, (_, i) => [i, (i % 3) + 1] as const)
      const answers = await Promise.all(
        sizes.map(([start, size]) =>
          flavour.predict({ columns, rows: rows.slice(start, start + size) }, {}),
        ),
      )
      for (const [i, [start, size]] of sizes.entries()) {
        expect(answers[i]).toEqual(model.labels.slice(start, start + size))
      }
    })

    test('says what it predicts, and an empty request has no predictions', async () => {
      const { flavour, model } = await open()
      await using _open = flavour
      expect(flavour.predictionType).toBe('string')
      expect(await flavour.predict({ ...model.input, rows: [] }, {})).toEqual([])
      expect(await flavour.score({ ...model.input, rows: [] })).toEqual({
        prediction: [],
        probability: [],
      })
    })

    test('a row that the model cannot work with fails its own request only, with a 400', async () => {
      const { flavour, columns, good, bad } = await openStrict()
      await using _open = flavour
      const ask = (row: Row) => flavour.predict({ columns, rows: [row] }, {})
      const outcomes = await Promise.allSettled([ask(good), ask(bad), ask(good)])
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      await expect(ask(bad)).rejects.toMatchObject({ status: 400, wire: 'BAD_REQUEST' })
    })

    test('answers what it has been asked before it closes', async () => {
      const { flavour, model } = await open()
      const asked = flavour.predict(model.input, {})
      await flavour[Symbol.asyncDispose]()
      expect(await asked).toEqual(model.labels)
    })
  })
}
