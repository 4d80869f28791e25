import { formatValue } from './output.ts'
import { readModel } from './model-uri.ts'
import { UsageError, type Verb } from './verb.ts'

export const gateVerb: Verb = {
  usage: 'gate models:/<name>/<version> --table TABLE [--table-version N]',
  summary: 'hold a model version against its promotion contract',
  examples: ['npx millrace gate models:/churn/3 --table main.churn.training'],
  words: [1, 1],
  flags: {
    table: { takes: 'TABLE', help: 'the rows that it is judged on' },
    'table-version': { takes: 'N', help: 'at this version; the newest when not given' },
  },
  run: async (call) => {
    const { name, version } = readModel(call.words[0] ?? '')
    const table = call.flag('table')
    if (table === undefined) throw new UsageError('Name the rows with --table')
    const pinned = call.flag('table-version')
    const evaluation = await call.millrace().gates.evaluate({
      model: name,
      version,
      dataset: { table, ...(pinned === undefined ? {} : { version: Number(pinned) }) },
    })
    call.out.table(
      ['CHECK', 'RESULT', 'FOUND', 'LIMIT'],
      (evaluation.checks ?? []).map((check) => [
        check.check,
        check.passed ? 'passed' : 'failed',
        formatValue(check.found),
        formatValue(check.limit),
      ]),
    )
    call.out.line(`\n${name} ${version} ${evaluation.passed ? 'passed' : 'failed'} its contract`)
    call.out.result(evaluation)
    return evaluation.passed ? 0 : 1
  },
}
