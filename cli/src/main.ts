import { MillraceApiError, ServerUnreachableError } from '@millrace/sdk'
import { auditVerb } from './auth.ts'
import { automlVerb } from './automl.ts'
import { backfillVerb } from './backfill.ts'
import { gateVerb } from './gates.ts'
import { gcVerb } from './gc.ts'
import { importVerb } from './import.ts'
import { simulateVerb } from './simulate.ts'
import { cancelVerb, logsVerb, repairVerb, runsVerb, runVerb } from './jobs.ts'
import { openOutput } from './output.ts'
import { replayVerb, whyVerb } from './provenance.ts'
import { approveVerb } from './registry.ts'
import { forgetOwnVariables, runServerVerb, serverVerb } from './server.ts'
import { scoreVerb } from './serving.ts'
import { sqlVerb } from './tables.ts'
import { describeVerb, readCall, suggest, UsageError, type Environment, type Verb } from './verb.ts'
import { whatWasVerb } from './what-was.ts'
import { deployVerb, initVerb, planVerb, validateVerb } from './workspace.ts'

const verbs: Readonly<Record<string, Verb>> = {
  server: serverVerb,
  init: initVerb,
  validate: validateVerb,
  plan: planVerb,
  deploy: deployVerb,
  run: runVerb,
  runs: runsVerb,
  simulate: simulateVerb,
  backfill: backfillVerb,
  logs: logsVerb,
  cancel: cancelVerb,
  repair: repairVerb,
  sql: sqlVerb,
  automl: automlVerb,
  gate: gateVerb,
  approve: approveVerb,
  why: whyVerb,
  'what-was': whatWasVerb,
  replay: replayVerb,
  score: scoreVerb,
  gc: gcVerb,
  import: importVerb,
  audit: auditVerb,
}

/** The process edge of `npx millrace`. Returns the exit code: 0 done, 1 failed, 2 used wrongly. */
export async function main(argv: readonly string[], env: Environment): Promise<number> {
  const [name = '--help', ...rest] = argv
  const streams = {
    stdout: process.stdout,
    stderr: process.stderr,
    noColor: (env['NO_COLOR'] ?? '') !== '',
  }
  // A reader such as `head` that has seen enough is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  if (name === 'server') return runServerVerb(rest, env)
  if (['--help', '-h', 'help'].includes(name)) {
    process.stdout.write(describeVerbs())
    return 0
  }
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
  try {
    if (!verb) throw new UsageError(unknownVerb(name))
    const call = readCall(verb, rest, { env, out: (json) => openOutput(streams, json) })
    if (call.has('help')) {
      process.stdout.write(describeVerb(name, verb))
      return 0
    }
    return await verb.run(call)
  } catch (error) {
    const { message, exitCode } = describeFailure(error)
    process.stderr.write(`${message}\n`)
    return exitCode
  }
}

function describeFailure(error: unknown): { readonly message: string; readonly exitCode: number } {
  if (error instanceof UsageError) return { message: error.message, exitCode: 2 }
  if (error instanceof ServerUnreachableError) return { message: error.message, exitCode: 1 }
  if (error instanceof MillraceApiError) {
    return { message: `${error.errorCode}: ${error.message}`, exitCode: 1 }
  }
  // A file that is wrong was written wrongly; it says where.
  if (error instanceof Error && 'code' in error && error.code === 'CORE_YAML_INVALID') {
    return { message: error.message, exitCode: 2 }
  }
  return { message: error instanceof Error ? error.message : String(error), exitCode: 1 }
}

function unknownVerb(name: string): string {
  const known = Object.keys(verbs)
  return `There is no verb '${name}'${suggest(name, known)}. 'npx millrace --help' lists them`
}

function describeVerbs(): string {
  const rows = Object.entries(verbs).map(([name, verb]) => `  ${name.padEnd(10)} ${verb.summary}`)
  return `millrace: the whole machine-learning pipeline, on one machine\n\n${rows.join('\n')}\n\n'npx millrace <verb> --help' shows its flags and an example\n`
}

if (import.meta.main) {
  forgetOwnVariables(process.env)
  process.exitCode = await main(process.argv.slice(2), process.env)
}
