import { resolve } from 'node:path'
import type { Millrace } from '@millrace/sdk'
import { UsageError, type Call, type Flag } from '../verb.ts'
import { loadBundle, type Loaded } from './load.ts'

/** Flags of every verb that reads a bundle. */
export const bundleFlags: Readonly<Record<string, Flag>> = {
  target: { takes: 'NAME', short: 't', help: 'target of the bundle; its default when not given' },
  bundle: { takes: 'DIR', help: 'folder of millrace.yml; this folder when not given' },
  var: { takes: 'NAME=VALUE', help: 'value of a variable', repeatable: true },
}

/** The bundle that the flags of a call name. */
export async function loadCallBundle(millrace: Millrace, call: Call): Promise<Loaded> {
  const fromEnvironment = Object.entries(call.env).flatMap(([name, value]) =>
    name.startsWith('BUNDLE_VAR_') && value !== undefined
      ? [[name.slice('BUNDLE_VAR_'.length), value] as const]
      : [],
  )
  const given = call.flags('var').map((pair) => {
    const at = pair.indexOf('=')
    if (at < 1) throw new UsageError(`--var ${pair} is not NAME=VALUE`)
    return [pair.slice(0, at), pair.slice(at + 1)] as const
  })
  return loadBundle({
    folder: resolve(call.flag('bundle') ?? '.'),
    target: call.flag('target'),
    variables: Object.fromEntries([...fromEnvironment, ...given]),
    userName: await millrace.auth.whoAmI(),
    host: millrace.url,
  })
}
