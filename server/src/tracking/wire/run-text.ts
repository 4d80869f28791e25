import type { Run } from '../types.ts'
import { encodeRun } from './encode.ts'

/** A run's JSON as it comes in searches. */
export function runText(run: Run): string {
  return JSON.stringify(encodeRun(run, { withModelInputs: false }))
}
