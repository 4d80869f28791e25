import { MillraceApiError, type Replay } from '@millrace/sdk'
import { readModel } from './model-uri.ts'
import { formatDuration, type Output } from './output.ts'
import type { Call, Verb } from './verb.ts'
import { describeWhy, describeWhyShort } from './why-text.ts'

export const whyVerb: Verb = {
  usage: 'why models:/<name>/<version> [--short] [--diff]',
  summary: 'where a model version comes from, who let it through and what it did',
  examples: [
    'npx millrace why models:/churn/3',
    'npx millrace why models:/churn/3 --short',
    'npx millrace why models:/churn/3 --json | jq .environment.lock',
  ],
  words: [1, 1],
  flags: {
    short: { help: 'a line for each question' },
    diff: { help: 'only what was not committed when its code was deployed' },
  },
  run: async (call) => {
    const { name, version } = readModel(call.words[0] ?? '')
    const why = await call.millrace().provenance.why(`model:${name}/${version}`)
    if (call.has('diff')) call.out.line(why.code.dirty_diff || 'Everything was committed')
    else {
      const describe = call.has('short') ? describeWhyShort : describeWhy
      for (const line of describe(why, call.out)) call.out.line(line)
    }
    call.out.result(why)
    return 0
  },
}

const couldNot = 2

export const replayVerb: Verb = {
  usage: 'replay models:/<name>/<version>',
  summary: 'train a model version again from its pins and say whether it is identical',
  examples: [
    'npx millrace replay models:/churn/3',
    'npx millrace replay models:/churn/3 && echo identical  # 0 identical, 1 differs, 2 could not',
  ],
  words: [1, 1],
  run: async (call) => {
    const { name, version } = readModel(call.words[0] ?? '')
    const label = `${name} ${version}`
    try {
      const replay = await replayShown(call, { node: `model:${name}/${version}`, label })
      showOutcome(replay, label, call.out)
      call.out.result(replay)
      if (replay.state === 'FAILED') return couldNot
      return replay.state === 'IDENTICAL' ? 0 : 1
    } catch (error) {
      if (!(error instanceof MillraceApiError)) throw error
      call.out.warn(`${error.errorCode}: ${error.message}`)
      return couldNot
    }
  },
}

interface Asked {
  readonly node: string
  readonly label: string
}

/** Says what is held equal before the training begins, for that takes a while. */
async function replayShown(call: Call, { node, label }: Asked): Promise<Replay> {
  const { provenance } = call.millrace()
  const started = await provenance.startReplay(node)
  call.out.line(`Training ${label} again, from its pins:`)
  for (const line of describePins(started.pins)) call.out.line(line)
  return provenance.waitForReplay(started)
}

function describePins(pins: Replay['pins']): string[] {
  const kept = 'gone by now; the rows that were kept with the search are used'
  return [
    field('rows', `${pins.rows.toLocaleString('en')} of ${pins.table}`),
    ...(pins.table_gone === null ? [] : [field('', kept)]),
    field('', `sha256 ${short(pins.rows_sha256)}`),
    field('code', pins.code),
    field('', `sha256 ${short(pins.code_sha256)}`),
    field('environment', `${short(pins.environment)}, ${pins.packages} packages locked`),
    field('seed', String(pins.seed)),
  ]
}

function showOutcome(replay: Replay, label: string, out: Output): void {
  const { compared, differences } = replay
  const took = formatDuration((replay.ended_at ?? replay.created_at) - replay.created_at)
  out.line()
  if (!compared) {
    out.line(`${label}: ${out.paint('red', 'could not be replayed')}`)
    out.line(`  ${replay.message ?? ''}`)
    return
  }
  const count = `${compared.parameters} parameters, ${compared.metrics} metrics`
  const isIdentical = differences.length === 0
  const verdict = isIdentical ? out.paint('green', 'identical') : out.paint('red', 'different')
  out.line(`${label}: ${verdict}  (${took})`)
  out.line(field('compared', `${count}, ${compared.model ? 'the model file' : 'no model file'}`))
  if (isIdentical && compared.model) out.line(field('model', `sha256 ${short(compared.model)}`))
  out.line(field('run', replay.replay_run_id))
  if (!isIdentical) showDifferences(replay, out)
}

function showDifferences({ differences, compared }: Replay, out: Output): void {
  const cell = ({ kind }: Replay['differences'][number], text: string): string =>
    kind === 'model' ? short(text) : text
  out.line()
  out.table(
    ['DIFFERS', 'ORIGINAL', 'REPLAYED'],
    differences.map((each) => [
      `${each.kind} ${each.name}`,
      cell(each, each.original),
      cell(each, each.replayed),
    ]),
  )
  const predictions = compared?.predictions
  if (predictions?.different === 0) {
    out.line(`\nBoth models say the same of all ${predictions.rows.toLocaleString('en')} rows`)
  }
}

function field(name: string, value: string): string {
  return `  ${name.padEnd(12)} ${value}`
}

function short(hash: string): string {
  return /^[0-9a-f]{32,}$/.test(hash) ? hash.slice(0, 12) : hash
}
