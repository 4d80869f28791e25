import { readModel } from './model-uri.ts'
import { formatValue } from './output.ts'
import type { Verb } from './verb.ts'

export const whyVerb: Verb = {
  usage: 'why models:/<name>/<version>',
  summary: 'where a model version comes from, who let it through and what it did',
  examples: ['npx millrace why models:/churn/3', 'npx millrace why models:/churn/3 --json'],
  words: [1, 1],
  run: async (call) => {
    const { name, version } = readModel(call.words[0] ?? '')
    const answer = await call.millrace().provenance.why(`model:${name}/${version}`)
    for (const line of describe(answer, 0)) call.out.line(line)
    call.out.result(answer)
    return 0
  },
}

export const replayVerb: Verb = {
  usage: 'replay models:/<name>/<version>',
  summary: 'train a model version again from its pins and say whether it is identical',
  examples: ['npx millrace replay models:/churn/3'],
  words: [1, 1],
  run: async (call) => {
    const { name, version } = readModel(call.words[0] ?? '')
    const answer = await call.millrace().provenance.replay(`model:${name}/${version}`)
    call.out.line(answer.identical === true ? 'identical' : 'different')
    for (const difference of answer.differences ?? []) call.out.line(`  ${formatValue(difference)}`)
    call.out.result(answer)
    return answer.identical === true ? 0 : 1
  },
}

/** Nested facts as indented lines: names on the left, values on the right. */
function describe(value: unknown, depth: number): string[] {
  if (typeof value !== 'object' || value === null)
    return [`${'  '.repeat(depth)}${formatValue(value)}`]
  const entries: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown) => ['-', item] as const)
    : Object.entries(value)
  return entries.flatMap(([key, item]) => {
    const indent = '  '.repeat(depth)
    const isLeaf = typeof item !== 'object' || item === null
    if (isLeaf) return [`${indent}${key.replaceAll('_', ' ').padEnd(18)} ${formatValue(item)}`]
    const below = describe(item, depth + 1)
    return below.length === 0 ? [] : [`${indent}${key.replaceAll('_', ' ')}`, ...below]
  })
}
