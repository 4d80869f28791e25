import type { Millrace } from '@millrace/sdk'
import type { Display } from './display.ts'
import { DemoError, millraceText } from './platform.ts'

export interface ShownVersion {
  readonly model: string
  readonly version: string
}

/** Why the live version is what it is; then it is trained again from its pins. */
export async function showProvenance(
  millrace: Millrace,
  show: Display,
  { model, version }: ShownVersion,
): Promise<void> {
  const uri = `models:/${model}/${version}`
  show.heading(`npx millrace why ${uri}`)
  const answer = await millraceText(millrace.url, 'why', uri, '--short')
  for (const line of answer.trimEnd().split('\n')) show.text(`  ${line}`)
  show.heading(`npx millrace replay ${uri}`)
  const began = Date.now()
  show.running('replay')
  const started = await millrace.provenance.startReplay(`model:${model}/${version}`)
  const replay = await millrace.provenance.waitForReplay(started)
  if (!replay.compared || !replay.identical) {
    const different = replay.differences.map(({ kind, name }) => `${kind} ${name}`).join(', ')
    throw new DemoError(`${uri} is not what it was: ${replay.message ?? different}`)
  }
  const { parameters, metrics } = replay.compared
  const compared = `${parameters + metrics} values and the model`
  show.done('replay', Date.now() - began, `${model} ${version}: identical (${compared})`)
}
