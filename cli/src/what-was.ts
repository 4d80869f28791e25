import type { ExplainedPrediction } from '@millrace/sdk'
import { formatTime, formatValue, wrapLine, type Output } from './output.ts'
import { UsageError, type Verb } from './verb.ts'

export const whatWasVerb: Verb = {
  usage: 'what-was <table> --key COLUMN=VALUE',
  summary: 'from a prediction back to its model version, the row it saw and the approver',
  examples: [
    'npx millrace what-was main.churn.predictions --key customer_id=7590',
    'npx millrace what-was main.churn.traffic_payload --key request_id=01a2…',
  ],
  words: [1, 1],
  flags: {
    key: { takes: 'COLUMN=VALUE', help: 'which rows; several must all hold', repeatable: true },
  },
  run: async (call) => {
    const keys = readKeys(call.flags('key'))
    const answer = await call.millrace().provenance.whatWas(call.words[0] ?? '', keys)
    for (const [at, prediction] of answer.predictions.entries()) {
      if (at > 0) call.out.line()
      show(prediction, answer.table, call.out)
    }
    call.out.result(answer)
    return 0
  },
}

function readKeys(given: readonly string[]): Record<string, string> {
  if (given.length === 0) throw new UsageError('Say which row: --key COLUMN=VALUE')
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new UsageError(`--key is '${text}'; expected COLUMN=VALUE`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

function show(explained: ExplainedPrediction, table: string, out: Output): void {
  const { approved } = explained
  const facts: readonly (readonly [string, string])[] = [
    ['prediction', `${describe(explained.prediction)} (${table})`],
    ['model', `${explained.model.replace('model:', '')}, now ${explained.stage_now ?? 'deleted'}`],
    ['run', explained.run_id ?? 'unknown'],
    [
      'approved',
      approved ? `by ${approved.by} at ${formatTime(Date.parse(approved.at))}` : 'by nobody',
    ],
    ['row', explained.input ?? 'unknown'],
    ...explained.input_rows.map((row) => ['', describe(row)] as const),
    ...(explained.input_gone === null ? [] : [['', explained.input_gone] as const]),
    ['why', explained.why],
  ]
  for (const [name, value] of facts) {
    for (const line of wrapLine(`${name.padEnd(10)} ${value}`, out.columns)) {
      out.line(line)
    }
  }
}

function describe(row: Readonly<Record<string, unknown>>): string {
  return Object.entries(row)
    .filter(([name]) => !['model_name', 'model_version'].includes(name))
    .map(([name, value]) => `${name}=${formatValue(value)}`)
    .join(' ')
}
