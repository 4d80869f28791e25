import type { ReactNode } from 'react'
import { largerIsBetter } from '../tracking/compare-rows.ts'
import { formatMetric } from '../kit/format.ts'
import type { Search, Trial } from './wire.ts'
import styles from './score-strip.module.css'

/** The plot's own units: shares of its width and height. */
const span = 100

/** Every trial's score in the order they were planned, and the best so far as a line. */
export function ScoreStrip({ search }: { readonly search: Search }): ReactNode {
  const trials = search.leaderboard
    .filter((trial): trial is Trial & { readonly score: number } => trial.score !== null)
    .toSorted((left, right) => left.trial - right.trial)
  if (trials.length < 3) return null
  const scores = trials.map((trial) => trial.score).toSorted((left, right) => left - right)
  const higher = largerIsBetter(search.primary_metric)
  // A baseline far below the rest would press all others into one line: the axis ends at the median's distance.
  const median = scores[Math.floor(scores.length / 2)] ?? 0
  const best = (higher ? scores.at(-1) : scores[0]) ?? median
  const reach = Math.max(Math.abs(best - median) * 3, 1e-6)
  const worst = higher ? best - reach : best + reach
  const last = Math.max(search.max_trials, trials.at(-1)?.trial ?? 1)
  const x = (trial: number) => ((trial - 1) / Math.max(1, last - 1)) * span
  const y = (score: number) =>
    (1 - Math.min(1, Math.max(0, (score - worst) / (best - worst)))) * span
  return (
    <div
      className={styles['strip']}
      role="img"
      aria-label={`${search.primary_metric} of ${trials.length} trials, best ${formatMetric(best)}`}
    >
      <div className={styles['scale']}>
        <span>{formatMetric(best)}</span>
        <span>{formatMetric(worst)}</span>
      </div>
      <div className={styles['plot']}>
        <svg viewBox={`0 0 ${span} ${span}`} preserveAspectRatio="none" className={styles['lines']}>
          <polyline points={bestSoFar(trials, higher, { x, y })} className={styles['best']} />
        </svg>
        {trials.map((trial) => (
          <span
            key={trial.trial}
            className={styles['dot']}
            data-best={trial.rank === 1}
            title={`${trial.learner} ${trial.trial}: ${formatMetric(trial.score)}`}
            style={{ left: `${x(trial.trial)}%`, top: `${y(trial.score)}%` }}
          />
        ))}
      </div>
    </div>
  )
}

function bestSoFar(
  trials: readonly (Trial & { readonly score: number })[],
  higher: boolean,
  scale: { readonly x: (trial: number) => number; readonly y: (score: number) => number },
): string {
  let best: number | undefined
  return trials
    .flatMap((trial) => {
      const before = best
      best =
        best === undefined
          ? trial.score
          : higher
            ? Math.max(best, trial.score)
            : Math.min(best, trial.score)
      const here = `${scale.x(trial.trial)},${scale.y(best)}`
      return before === undefined ? [here] : [`${scale.x(trial.trial)},${scale.y(before)}`, here]
    })
    .join(' ')
}
