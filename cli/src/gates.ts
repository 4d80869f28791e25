import { describeEachCheck } from './check-text.ts'
import { readModel } from './model-uri.ts'
import { wrapLine } from './output.ts'
import type { Verb } from './verb.ts'

export const gateVerb: Verb = {
  usage: 'gate models:/<name>/<version>',
  summary: 'hold a model version against its promotion contract, and act on it',
  examples: [
    'npx millrace gate models:/churn/3',
    'npx millrace gate models:/churn/3 --json | jq .checks',
  ],
  words: [1, 1],
  run: async (call) => {
    const { name, version } = readModel(call.words[0] ?? '')
    const millrace = call.millrace()
    const evaluation = await millrace.gates.evaluate(name, version)
    for (const line of describeEachCheck(evaluation.checks, call.out)) {
      for (const part of wrapLine(line, call.out.columns)) call.out.line(part)
    }
    const { current_stage: stage } = await millrace.registry.getVersion(name, version)
    const verdict = evaluation.passed
      ? call.out.paint('green', 'passed')
      : call.out.paint('red', 'failed')
    const contract = `contract ${evaluation.contract_version}`
    call.out.line(`\n${name} ${version} ${verdict} its ${contract} and is in ${stage}`)
    call.out.result(evaluation)
    return evaluation.passed ? 0 : 1
  },
}
