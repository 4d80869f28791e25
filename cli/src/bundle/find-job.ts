import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Millrace } from '@millrace/sdk'
import type { Call } from '../verb.ts'
import { loadCallBundle } from './load-call.ts'

/**
 * The name on the server of the job that `wanted` means: in a bundle's folder the bundle's key is
 * known too, and the target may have prefixed the name.
 */
export async function findJobKey(millrace: Millrace, call: Call, wanted: string): Promise<string> {
  const folder = resolve(call.flag('bundle') ?? '.')
  const isBundle = existsSync(resolve(folder, 'millrace.yml'))
  if (!isBundle && call.flag('bundle') === undefined && call.flag('target') === undefined) {
    return wanted
  }
  const { bundle } = await loadCallBundle(millrace, call)
  const job = bundle.resources.find((one) => one.kind === 'jobs' && one.key === wanted)
  return job === undefined ? wanted : String(job.settings['name'])
}
