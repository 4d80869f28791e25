import { readModel } from './model-uri.ts'
import { formatValue } from './output.ts'
import type { Verb } from './verb.ts'

export const gateVerb: Verb = {
  usage: 'gate models:/<name>/<version>',
  summary: 'hold a model version against its promotion contract, and act on it',
  examples: ['npx millrace gate models:/churn/3'],
  words: [1, 1],
  run: async (call) => {
    const { name, version } = readModel(call.words[0] ?? '')
    const evaluation = await call.millrace().gates.evaluate(name, version)
    call.out.table(
      ['CHECK', 'RESULT', 'FOUND', 'LIMIT'],
      evaluation.checks.map((check) => [
        check.id,
        check.passed ? 'passed' : 'failed',
        formatValue(check.value),
        check.limit,
      ]),
    )
    call.out.line(`\n${name} ${version} ${evaluation.passed ? 'passed' : 'failed'} its contract`)
    call.out.result(evaluation)
    return evaluation.passed ? 0 : 1
  },
}
