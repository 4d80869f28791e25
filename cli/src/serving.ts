import { UsageError, type Verb } from './verb.ts'

const modes = ['append', 'overwrite', 'merge'] as const

export const scoreVerb: Verb = {
  usage: 'score <model> <table>[@<version>] --to TABLE --key COLUMN',
  summary: 'score a table with a model version into another table',
  examples: [
    'npx millrace score models:/churn/Production main.churn.customer_features --to main.churn.predictions --key customer_id',
    'npx millrace score models:/churn/3 customers@7 --to scored --key id --mode merge',
  ],
  words: [2, 2],
  flags: {
    to: { takes: 'TABLE', help: 'where the predictions go; made when it is not there' },
    key: { takes: 'COLUMN', help: 'column to keep beside the prediction', repeatable: true },
    mode: { takes: 'MODE', help: 'append (default), overwrite, or merge by the keys' },
    'idempotency-key': { takes: 'TEXT', help: 'the same text never writes twice' },
  },
  run: async (call) => {
    const [model = '', table = ''] = call.words
    const outputTable = call.flag('to')
    if (outputTable === undefined) throw new UsageError('Say where the predictions go: --to TABLE')
    const mode = modes.find((known) => known === (call.flag('mode') ?? 'append'))
    if (mode === undefined) {
      throw new UsageError(`The mode is '${call.flag('mode')}'; expected ${modes.join(', ')}`)
    }
    const scoring = await call.millrace().serving.scoreBatch({
      model: model.startsWith('models:/') ? model : `models:/${model}`,
      ...readTable(table),
      outputTable,
      keyColumns: call.flags('key'),
      mode,
      idempotencyKey: call.flag('idempotency-key'),
    })
    const rows = `${scoring.rows.toLocaleString('en')} row${scoring.rows === 1 ? '' : 's'}`
    const by = `${scoring.model} ${scoring.version} (${scoring.flavour})`
    call.out.line(`${rows} of ${scoring.input_table}@${scoring.input_version} scored by ${by}`)
    call.out.line(`into ${scoring.output_table}@${scoring.output_version ?? '?'}`)
    call.out.result(scoring)
    return 0
  },
}

/** `customers@7`; the newest version without a number. */
function readTable(text: string): { readonly table: string; readonly version?: number } {
  const match = /^([^@]+)(?:@(\d+))?$/.exec(text)
  const [, table, version] = match ?? []
  if (table === undefined) {
    throw new UsageError(`'${text}' names no table; expected <table> or <table>@<version>`)
  }
  return version === undefined ? { table } : { table, version: Number(version) }
}
