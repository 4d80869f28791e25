import type { Run, RunInfo } from '../types.ts'
import { encodeRun, encodeRunInfo } from './encode.ts'

/** All of a run's JSON but its info, as it comes in searches: `"data":{…},"inputs":{…}`. */
export function runBodyText(run: Run): string {
  const encoded = encodeRun(run, { withModelInputs: false })
  return JSON.stringify({ ...encoded, info: undefined }).slice(1, -1)
}

export function runText(info: RunInfo, body: string): string {
  return `{"info":${JSON.stringify(encodeRunInfo(info))},${body}}`
}
