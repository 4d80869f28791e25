import { expect, test } from 'vitest'
import {
  GaussianProcess,
  fitHyperparameters,
  posterior,
  startingHyperparameters,
  type TrainingSet,
} from './gaussian-process.ts'
import { normal, openRng } from './rng.ts'

function wavy(count: number): TrainingSet {
  const rng = openRng(1, 1)
  const width = 3
  const values = new Float64Array(count * width).map(() => rng())
  const targets = Float64Array.from({ length: count }, (_, row) =>
    Math.sin(6 * (values[row * width] ?? 0)),
  )
  const rows = { values, count, width }
  return { rows, targets, groups: Uint16Array.from([0, 1, 1]), groupCount: 2 }
}

test('the gradient of the posterior is that of its value', () => {
  const set = wavy(25)
  const logs = Float64Array.from([-1, 0.3, -5])
  const { gradient } = posterior(set, logs)
  for (const index of logs.keys()) {
    const moved = (by: number) =>
      posterior(
        set,
        logs.map((log, i) => (i === index ? log + by : log)),
      ).value
    expect(gradient[index]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 3)
  }
})

test('finds the axis that matters and predicts between what it has seen', () => {
  const set = wavy(40)
  const start = startingHyperparameters(set, { length: 0.5, noise: 1e-4 })
  const { hyper } = fitHyperparameters(set, start, 40)
  expect(hyper.logs[1]).toBeGreaterThan((hyper.logs[0] ?? 0) + 1)
  const process = new GaussianProcess(set, hyper)
  const { mean, deviation } = process.predict(Float64Array.from([0.4, 0.5, 0.5]))
  expect(Math.abs(mean - Math.sin(2.4))).toBeLessThan(0.05)
  expect(deviation).toBeLessThan(0.1)
})

test('draws vary as much as the prediction is unsure', () => {
  const set = wavy(10)
  const process = new GaussianProcess(
    set,
    startingHyperparameters(set, { length: 0.3, noise: 1e-3 }),
  )
  const place = Float64Array.from([0.9, 0.1, 0.9])
  const rng = openRng(2, 2)
  const draws = process.draw({ values: place, count: 1, width: 3 }, 4000, () => normal(rng))
  const values = draws.map((draw) => draw[0] ?? 0)
  const mean = values.reduce((a, b) => a + b) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  const predicted = process.predict(place)
  expect(Math.abs(mean - predicted.mean)).toBeLessThan(0.1 * predicted.deviation)
  expect(Math.sqrt(variance) / predicted.deviation).toBeCloseTo(1, 1)
})
