import type { ReactNode } from 'react'
import { largerIsBetter } from '../tracking/compare-rows.ts'
import { formatMetric } from '../kit/format.ts'
import type { Search, Trial } from './wire.ts'
import styles from './score-strip.module.css'

const width = 900
const height = 84
const pad = { left: 66, right: 14, top: 12, bottom: 12 }

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
  const x = (trial: number) =>
    pad.left + ((trial - 1) / Math.max(1, last - 1)) * (width - pad.left - pad.right)
  const y = (score: number) => {
    const share = Math.min(1, Math.max(0, (score - worst) / (best - worst)))
    return height - pad.bottom - share * (height - pad.top - pad.bottom)
  }
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className={styles['strip']}
      role="img"
      aria-label={`${search.primary_metric} of ${trials.length} trials, best ${formatMetric(best)}`}
    >
      <text x={pad.left - 10} y={pad.top + 4} textAnchor="end" className={styles['text']}>
        {formatMetric(best)}
      </text>
      <text
        x={pad.left - 10}
        y={height - pad.bottom + 4}
        textAnchor="end"
        className={styles['text']}
      >
        {formatMetric(worst)}
      </text>
      <polyline points={bestSoFar(trials, higher, { x, y })} className={styles['best']} />
      {trials.map((trial) => (
        <circle
          key={trial.trial}
          cx={x(trial.trial)}
          cy={y(trial.score)}
          r={4}
          fill={trial.rank === 1 ? 'var(--accent)' : 'var(--surface)'}
          stroke="var(--accent)"
          strokeWidth={1.5}
        >
          <title>{`${trial.learner} ${trial.trial}: ${formatMetric(trial.score)}`}</title>
        </circle>
      ))}
    </svg>
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
