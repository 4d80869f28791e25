import type { Millrace, TransitionRequest } from '@millrace/sdk'
import { formatTime } from './output.ts'
import { readModel } from './model-uri.ts'
import { UsageError, type Verb } from './verb.ts'

export const approveVerb: Verb = {
  usage: 'approve [models:/<name>/<version>] [--reject] [--comment TEXT]',
  summary: 'approve or reject a requested stage change; without a model, list what waits',
  examples: [
    'npx millrace approve',
    'npx millrace approve models:/churn/3 --comment "Checked the slices"',
    'npx millrace approve models:/churn/3 --reject --comment "Recall is too low"',
  ],
  words: [0, 1],
  flags: {
    reject: { help: 'say no' },
    comment: { takes: 'TEXT', help: 'why; kept with the decision' },
    stage: { takes: 'STAGE', help: 'when several stages were requested' },
  },
  run: async (call) => {
    const millrace = call.millrace()
    const open = await millrace.registry.listOpenRequests()
    const [given] = call.words
    if (given === undefined) {
      listOpen(open, call.out)
      return 0
    }
    const { name, version } = readModel(given)
    const request = pickRequest(open, { name, version, stage: call.flag('stage') })
    const decision = { name, version, stage: request.stage, comment: call.flag('comment') }
    await decide(millrace, decision, call.has('reject'))
    const word = call.has('reject') ? 'Rejected' : 'Approved'
    call.out.line(`${word}: ${name} ${version} for ${request.stage}`)
    call.out.result({ ...decision, approved: !call.has('reject') })
    return 0
  },
}

type Out = Parameters<Verb['run']>[0]['out']

function listOpen(open: readonly TransitionRequest[], out: Out): void {
  if (open.length === 0) out.line('Nothing waits for an approval')
  else {
    out.table(
      ['MODEL', 'VERSION', 'STAGE', 'REQUESTED BY', 'EXPIRES'],
      open.map((request) => [
        request.name,
        request.version,
        request.stage,
        request.creator,
        formatTime(request.expires_at ?? undefined),
      ]),
    )
  }
  out.result(open)
}

interface Wanted {
  readonly name: string
  readonly version: string
  readonly stage: string | undefined
}

function pickRequest(open: readonly TransitionRequest[], wanted: Wanted): TransitionRequest {
  const found = open.filter(
    (request) =>
      request.name === wanted.name &&
      String(request.version) === wanted.version &&
      (wanted.stage === undefined || request.stage === wanted.stage),
  )
  const [first] = found
  if (!first) {
    throw new UsageError(`Nothing is requested for ${wanted.name} ${wanted.version}`)
  }
  if (found.length > 1) {
    const stages = found.map((request) => request.stage).join(', ')
    throw new UsageError(`Several stages are requested: ${stages}. Name one with --stage`)
  }
  return first
}

async function decide(
  millrace: Millrace,
  decision: Parameters<Millrace['registry']['approve']>[0],
  reject: boolean,
): Promise<void> {
  if (reject) await millrace.registry.reject(decision)
  else await millrace.registry.approve(decision)
}
