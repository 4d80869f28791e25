/**
 * Hyperparameter search: the regret left after 100 trials (medians over 20 seeds, four functions), and
 * the time of a suggestion when 1,000 trials of 10 parameters are known. Ours against Optuna with its
 * default sampler, in one run.
 *
 *   node bench/tuning.ts [--seeds 20] [--trials 100]
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensurePythonEnv } from '../scripts/python-envs.mjs'
import { samplers } from '../server/src/automl/samplers/all.ts'
import type { Observation, OpenSampler } from '../server/src/automl/samplers/sampler.ts'
import type { Point, Space } from '../server/src/automl/samplers/space.ts'
import { testFunctions, type TestFunction } from '../server/src/automl/samplers/test-functions.ts'
import { median } from './harness.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    trials: { type: 'string', default: '100' },
  },
})
const seeds = Number(values.seeds)
const trials = Number(values.trials)
const known = 1000
const measured = 200
const parameters = 10

interface PeerFigures {
  readonly version: string
  /** Median regret by function. */
  readonly regrets: Readonly<Record<string, number>>
  readonly suggestMs: number
}

const peer = await measurePeer()
const regrets = new Map(testFunctions.map((goal) => [goal.name, ourRegret(samplers.bayes, goal)]))
const ourMs = ourSuggestMs()

console.log(`\nMedian regret after ${trials} trials, ${seeds} seeds`)
console.log(
  `  ${'function'.padEnd(14)}${'Millrace'.padStart(12)}${'random'.padStart(12)}${`Optuna ${peer.version}`.padStart(16)}${'ratio'.padStart(10)}`,
)
let kept = 0
for (const goal of testFunctions) {
  const ours = regrets.get(goal.name) ?? Number.NaN
  const theirs = peer.regrets[goal.name] ?? Number.NaN
  const ratio = ours / theirs
  if (ratio <= 0.5) kept += 1
  const random = ourRegret(samplers.random, goal)
  const figures = [short(ours).padStart(12), short(random).padStart(12), short(theirs).padStart(16)]
  console.log(`  ${goal.name.padEnd(14)}${figures.join('')}${short(ratio).padStart(10)}`)
}
console.log(`  at most half of Optuna's on ${kept} of ${testFunctions.length}`)
console.log(`\nA suggestion at ${known} trials × ${parameters} parameters (mean of ${measured})`)
console.log(
  `  Millrace ${ourMs.toFixed(3)} ms, Optuna ${peer.version} ${peer.suggestMs.toFixed(2)} ms`,
)
console.log(`  ratio: ${(peer.suggestMs / ourMs).toFixed(0)}×`)

function short(figure: number): string {
  return figure.toPrecision(3)
}

function ourRegret(open: OpenSampler, goal: TestFunction): number {
  const found = Array.from({ length: seeds }, (_, seed) => {
    const history = search(open, { space: goal.space, seed, count: trials }, goal.regret)
    return Math.min(...history.map(({ loss }) => loss ?? Infinity))
  })
  return median(found)
}

interface SearchOptions {
  readonly space: Space
  readonly seed: number
  readonly count: number
}

function search(
  open: OpenSampler,
  { space, seed, count }: SearchOptions,
  loss: (point: Point) => number,
): Observation[] {
  const sampler = open({ space, seed })
  const history: Observation[] = []
  while (history.length < count) {
    const point = sampler.suggest(history)
    history.push({ point, loss: loss(point) })
  }
  return history
}

/** The mean over suggestions of a search that goes on from 1,000 trials, each with its result. */
function ourSuggestMs(): number {
  const space: Space = Array.from({ length: parameters }, (_, index) => ({
    kind: 'float',
    name: `x${index}`,
    low: 0,
    high: 1,
  }))
  const bowl = (point: Point): number =>
    Object.values(point).reduce((sum: number, x) => sum + (Number(x) - 0.3) ** 2, 0)
  const sampler = samplers.bayes({ space, seed: 1 })
  const history: Observation[] = []
  let started = 0
  while (history.length < known + measured) {
    if (history.length === known) started = performance.now()
    const point = sampler.suggest(history)
    history.push({ point, loss: bowl(point) })
  }
  return (performance.now() - started) / measured
}

async function measurePeer(): Promise<PeerFigures> {
  const python = await ensurePythonEnv('tuning')
  const script = fileURLToPath(new URL('tuning_peer.py', import.meta.url))
  const asked = [seeds, trials, known, parameters].map(String)
  const done = spawnSync(python, [script, ...asked], { encoding: 'utf8', maxBuffer: 2 ** 24 })
  if (done.status !== 0) throw new Error(`Optuna failed: ${done.stderr}`)
  return JSON.parse(done.stdout) as PeerFigures
}
