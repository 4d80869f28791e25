import { setTimeout as delay } from 'node:timers/promises'
import { hasSearchEnded, type Millrace, type Search, type SearchSettings } from '@millrace/sdk'
import { formatDuration, type Output } from './output.ts'
import { UsageError, type Call, type Verb } from './verb.ts'

const pollMs = 500

export const automlVerb: Verb = {
  usage: 'automl <table>[@<version>] --target COLUMN [--regression] [--trials N] [--no-wait]',
  summary: 'search the best model of a table; every trial is a notebook',
  examples: [
    'npx millrace automl main.churn.training --target churn --exclude customer_id',
    'npx millrace automl shop.prices@7 --target price --regression --metric rmse --trials 40',
  ],
  words: [1, 1],
  flags: {
    target: { takes: 'COLUMN', help: 'what to predict' },
    regression: { help: 'it is a number, not a class' },
    metric: { takes: 'METRIC', help: 'what to search for (roc_auc; r2 with --regression)' },
    trials: { takes: 'N', help: 'trials to run, the baseline included (24)' },
    seconds: { takes: 'N', help: 'when they are over no trial runs any more (no limit)' },
    seed: { takes: 'N', help: 'the same seed gives the same search (42)' },
    exclude: { takes: 'COLUMN', help: 'a column the model must not see', repeatable: true },
    positive: { takes: 'LABEL', help: 'of two classes, the one whose probability counts' },
    learner: { takes: 'NAME', help: 'only this learner (every suitable one)', repeatable: true },
    'no-wait': { help: 'print the id of the search and end' },
  },
  run: async (call) => {
    const millrace = call.millrace()
    const search = await millrace.automl.start(readSettings(call))
    if (call.has('no-wait')) {
      call.out.line(`Search ${search.search_id} of ${search.dataset.table} has begun`)
      call.out.result(search)
      return 0
    }
    const ended = await follow(millrace, search, call.out)
    show(ended, call.out)
    call.out.result(ended)
    return ended.state === 'FINISHED' ? 0 : 1
  },
}

function readSettings(call: Call): SearchSettings {
  const target = call.flag('target')
  if (target === undefined) throw new UsageError('Say what to predict: --target COLUMN')
  const metric = call.flag('metric')
  const positive = call.flag('positive')
  const excluded = call.flags('exclude')
  const learners = call.flags('learner')
  return {
    dataset: readTable(call.words[0] ?? ''),
    target,
    problem: call.has('regression') ? 'regression' : 'classification',
    ...(metric === undefined ? {} : { primary_metric: metric }),
    ...number(call, 'trials', 'max_trials'),
    ...number(call, 'seconds', 'timeout_seconds'),
    ...number(call, 'seed', 'seed'),
    ...(excluded.length > 0 ? { exclude_columns: excluded } : {}),
    ...(positive === undefined ? {} : { positive_label: positive }),
    ...(learners.length > 0 ? { learners } : {}),
  }
}

function readTable(word: string): SearchSettings['dataset'] {
  const [table = '', version, ...rest] = word.split('@')
  if (version === undefined && table !== '') return { table }
  if (table !== '' && rest.length === 0 && /^\d+$/.test(version ?? '')) {
    return { table, version: Number(version) }
  }
  throw new UsageError(`'${word}' names no table; write schema.table or schema.table@7`)
}

function number<Name extends string>(
  call: Call,
  flag: string,
  name: Name,
): Partial<Record<Name, number>> {
  const text = call.flag(flag)
  if (text === undefined) return {}
  if (!/^\d+$/.test(text)) {
    throw new UsageError(`--${flag} is '${text}'; expected a whole number`)
  }
  return { [name]: Number(text) } as Partial<Record<Name, number>>
}

/** Prints each trial as it ends. */
async function follow(millrace: Millrace, started: Search, out: Output): Promise<Search> {
  out.line(`${started.name}: ${started.dataset.rows} rows of ${started.dataset.table}`)
  const shown = new Set<number>()
  for (;;) {
    const search = await millrace.automl.get(started.search_id)
    const news = search.leaderboard
      .filter(({ state, trial }) => state !== 'RUNNING' && !shown.has(trial))
      .toSorted((a, b) => a.trial - b.trial)
    for (const one of news) {
      shown.add(one.trial)
      const best = one.rank === 1 ? out.paint('green', '  best so far') : ''
      const said =
        one.score === null ? out.paint('red', one.error ?? one.state) : one.score.toFixed(4)
      out.line(`  ${String(one.trial).padStart(3)}  ${one.learner.padEnd(20)} ${said}${best}`)
    }
    if (hasSearchEnded(search)) return search
    await delay(pollMs)
  }
}

function show(search: Search, out: Output): void {
  if (search.state !== 'FINISHED') {
    out.line(`\n${search.name} ${search.state}${search.message ? `: ${search.message}` : ''}`)
    return
  }
  out.line()
  out.table(
    ['RANK', 'LEARNER', search.primary_metric.toUpperCase(), 'TOOK', 'NOTEBOOK'],
    search.leaderboard
      .filter(({ rank }) => rank !== null)
      .slice(0, 10)
      .map((one) => [
        String(one.rank),
        one.learner,
        one.score?.toFixed(4) ?? '',
        formatDuration(one.duration_ms ?? 0),
        one.notebook_path?.split('/').at(-1) ?? '',
      ]),
  )
  out.line(`\nNotebooks: /AutoML/${search.name}`)
  out.line(`Best model: ${search.best_trial?.model_uri ?? ''}`)
}
