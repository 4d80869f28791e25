import { UsageError, type Verb } from './verb.ts'

export const auditVerb: Verb = {
  usage: 'audit verify',
  summary: 'recompute the hash chain of every decision',
  examples: ['npx millrace audit verify'],
  words: [1, 1],
  run: async (call) => {
    if (call.words[0] !== 'verify') throw new UsageError('Usage: npx millrace audit verify')
    const verdict = await call.millrace().auth.verifyAudit()
    call.out.result(verdict)
    if (!verdict.broken) {
      call.out.line(`The chain holds: ${verdict.entries} entries`)
      return 0
    }
    call.out.line(`The chain breaks at entry ${verdict.broken.seq}: ${verdict.broken.reason}`)
    return 1
  },
}
