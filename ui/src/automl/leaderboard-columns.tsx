import { Link } from '@tanstack/react-router'
import type { Column } from '../kit/columns.ts'
import { decimalsFor, formatDuration, formatMetric } from '../kit/format.ts'
import { Badge, Status } from '../kit/status.tsx'
import type { Search, Trial } from './wire.ts'

function isBaseline(trial: Trial): boolean {
  return /baseline|dummy/i.test(trial.learner)
}

function paramsText(trial: Trial): string {
  return Object.entries(trial.params)
    .map(
      ([name, value]) =>
        `${name}=${typeof value === 'number' ? Number(value.toPrecision(4)) : String(value)}`,
    )
    .join(' ')
}

function metricColumn(key: string, search: Search): Column<Trial> {
  const values = search.leaderboard.flatMap((trial) => trial.metrics[key] ?? [])
  const decimals = decimalsFor(values)
  return {
    id: `metrics.${key}`,
    header: key,
    width: Math.max(96, key.length * 7 + 34),
    align: 'end',
    value: (trial) => trial.metrics[key],
    cell: (trial) => formatMetric(trial.metrics[key], decimals),
  }
}

/** Rank, learner and score first, then the other metrics, the notebook and the parameters. */
export function leaderboardColumns(search: Search): Column<Trial>[] {
  const scores = search.leaderboard.flatMap((trial) => trial.score ?? [])
  const decimals = decimalsFor(scores)
  const keys = [...new Set(search.leaderboard.flatMap((trial) => Object.keys(trial.metrics)))]
  return [
    {
      id: 'trial',
      header: 'Trial',
      width: 230,
      value: (trial) => trial.rank ?? 1_000_000 + trial.trial,
      cell: (trial) => (
        <>
          <span className="muted num">{trial.rank === null ? '–' : `${trial.rank}.`}</span>{' '}
          <Link
            to="/experiments/$experimentId/runs/$runId"
            params={{ experimentId: search.experiment_id, runId: trial.run_id }}
          >
            {trial.learner} {trial.trial}
          </Link>{' '}
          {isBaseline(trial) && <Badge>baseline</Badge>}
        </>
      ),
    },
    {
      id: 'score',
      header: search.primary_metric,
      width: Math.max(100, search.primary_metric.length * 8 + 34),
      align: 'end',
      value: (trial) => trial.score ?? undefined,
      cell: (trial) =>
        trial.score === null ? (
          <Status state={trial.state} />
        ) : (
          <strong>{formatMetric(trial.score, decimals)}</strong>
        ),
    },
    ...keys
      .filter((key) => key !== search.primary_metric)
      .slice(0, 6)
      .map((key) => metricColumn(key, search)),
    {
      id: 'took',
      header: 'Took',
      width: 92,
      align: 'end',
      value: (trial) => trial.duration_ms ?? undefined,
      cell: (trial) => formatDuration(trial.duration_ms ?? undefined),
    },
    {
      id: 'notebook',
      header: 'Notebook',
      width: 100,
      cell: (trial) =>
        trial.notebook_path === null ? (
          <span className="muted">–</span>
        ) : (
          <Link to="/workspace" search={{ path: trial.notebook_path }}>
            Open
          </Link>
        ),
    },
    {
      id: 'params',
      header: 'Parameters',
      width: 340,
      value: (trial) => trial.error ?? paramsText(trial),
    },
  ]
}
