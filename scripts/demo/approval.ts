import { setTimeout as delay } from 'node:timers/promises'
import type { Millrace, TransitionRequest } from '@millrace/sdk'
import type { Display } from './display.ts'
import { DemoError } from './platform.ts'

const pollMs = 250

export interface Approve {
  readonly model: string
  /** Requests of earlier runs, which somebody else may decide. */
  readonly earlier: ReadonlySet<string>
  /** A person will click; otherwise the local owner says yes here. */
  readonly waitForPerson: boolean
  readonly signal: AbortSignal
}

/** Waits until Production is requested, and approves unless a person shall do it. */
export async function approveWhenAsked(
  millrace: Millrace,
  show: Display,
  options: Approve,
): Promise<string> {
  const request = await waitForRequest(millrace, options)
  const what = `${request.name} ${request.version} for ${request.stage}`
  show.note(`${request.creator} asks for ${what}`)
  if (options.waitForPerson) {
    show.note(
      `Waiting for your click: ${millrace.url}/models/${request.name}/versions/${request.version}`,
    )
    return ''
  }
  const owner = await millrace.auth.whoAmI()
  await millrace.registry.approve({
    name: request.name,
    version: request.version,
    stage: request.stage,
    comment: 'Approved by the demo, as the local owner',
  })
  show.note(`The demo approves ${what} as the local owner, ${owner}`)
  return owner
}

async function waitForRequest(millrace: Millrace, options: Approve): Promise<TransitionRequest> {
  for (;;) {
    const open = await millrace.registry.listOpenRequests()
    const found = open.find(
      ({ name, stage, request_id: id }) =>
        name === options.model && stage === 'Production' && !options.earlier.has(id),
    )
    if (found) return found
    if (options.signal.aborted) throw new DemoError('The run ended before Production was requested')
    await delay(pollMs, undefined, { signal: options.signal }).catch(() => {})
  }
}

/** Waits until the version has left stage None and returns it. */
export async function waitForVerdict(
  millrace: Millrace,
  name: string,
  version: string,
): Promise<{ readonly stage: string; readonly tags: Readonly<Record<string, string>> }> {
  const deadline = Date.now() + 120_000
  for (;;) {
    const found = await millrace.registry.getVersion(name, version)
    if (found.current_stage !== 'None') {
      const tags = Object.fromEntries((found.tags ?? []).map(({ key, value }) => [key, value]))
      return { stage: found.current_stage, tags }
    }
    if (Date.now() > deadline) {
      throw new DemoError(`${name} ${version} was not validated within two minutes`)
    }
    await delay(pollMs)
  }
}
