import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment, Verb } from './verb.ts'

/** What `cli/bin/millrace.mjs` set for this process alone. */
const ownVariables = 'MILLRACE_OWN_VARIABLES'

/** So that the programs which the server starts do not inherit them. */
export function forgetOwnVariables(env: NodeJS.ProcessEnv): void {
  for (const name of env[ownVariables]?.split(',') ?? []) delete env[name]
  delete env[ownVariables]
}

/** Everything after the verb is the server's own; it reads and explains its flags itself. */
export async function runServerVerb(argv: readonly string[], env: Environment): Promise<number> {
  const { runServer } = await import('@millrace/server')
  const uv = env['MILLRACE_UV'] ?? findInstalledUv(env)
  return runServer(argv, uv === undefined ? env : { ...env, MILLRACE_UV: uv })
}

/** For the list of verbs only. */
export const serverVerb: Verb = {
  usage: 'server [--port PORT] [--data-dir DIR]',
  summary: 'run the platform',
  examples: ['npx millrace server'],
  run: async () => 0,
}

/** The uv that the bootstrap has put beside the Python environments. */
function findInstalledUv(env: Environment): string | undefined {
  const home = env['MILLRACE_HOME'] ?? (env['HOME'] ? join(env['HOME'], '.millrace') : undefined)
  const tools = home === undefined ? '' : join(home, 'tools')
  if (!existsSync(tools)) return undefined
  const versions = readdirSync(tools).filter((name) => name.startsWith('uv-'))
  return versions.map((name) => join(tools, name, 'bin', 'uv')).findLast((path) => existsSync(path))
}
