import { setTimeout as delay } from 'node:timers/promises'
import {
  isFinished,
  MillraceApiError,
  type Millrace,
  type Run,
  type RunState,
  type TaskRun,
} from '@millrace/sdk'
import { findJobKey } from './bundle/find-job.ts'
import { bundleFlags } from './bundle/load-call.ts'
import { formatDuration, formatTime, type Color, type Output } from './output.ts'
import { UsageError, type Call, type Verb } from './verb.ts'

export const runVerb: Verb = {
  usage: 'run <job> [--param name=value] [--no-wait]',
  summary: 'run a job now and show how it goes',
  examples: [
    'npx millrace run churn-pipeline',
    'npx millrace run churn-pipeline --param trials=40 --no-wait',
  ],
  words: [1, 1],
  flags: {
    ...bundleFlags,
    param: { takes: 'NAME=VALUE', help: 'a parameter of the job', repeatable: true },
    only: { takes: 'TASK', help: 'only this task; +TASK with those before it', repeatable: true },
    'no-wait': { help: 'print the id of the run and end' },
  },
  run: async (call) => {
    const millrace = call.millrace()
    const jobId = await findJob(millrace, call)
    const only = call.flags('only')
    const runId = await millrace.jobs.runNow({
      job_id: jobId,
      job_parameters: readParameters(call.flags('param')),
      ...(only.length > 0 ? { only } : {}),
    })
    if (call.has('no-wait')) {
      call.out.line(`Run ${runId} of job ${jobId} has begun`)
      call.out.result({ job_id: jobId, run_id: runId })
      return 0
    }
    return follow(millrace, runId, call.out)
  },
}

export const runsVerb: Verb = {
  usage: 'runs [<job>] [--active] [--limit N]',
  summary: 'list runs, newest first',
  examples: ['npx millrace runs', 'npx millrace runs churn-pipeline --limit 5'],
  words: [0, 1],
  flags: {
    ...bundleFlags,
    active: { help: 'only those that have not ended' },
    limit: { takes: 'N', help: 'at most so many (25)' },
  },
  run: async (call) => {
    const millrace = call.millrace()
    const jobId = call.words.length > 0 ? await findJob(millrace, call) : undefined
    const runs = await millrace.jobs.listRuns({
      ...(jobId === undefined ? {} : { job_id: jobId }),
      ...(call.has('active') ? { active_only: true } : {}),
      limit: wholeNumber(call.flag('limit') ?? '25', '--limit'),
    })
    call.out.table(
      ['RUN', 'JOB', 'STATE', 'STARTED', 'TOOK', 'BY'],
      runs.map((run) => [
        String(run.run_id),
        run.run_name ?? String(run.job_id),
        stateOf(run.state),
        formatTime(run.start_time),
        tookOf(run),
        run.creator_user_name ?? '',
      ]),
    )
    if (runs.length === 0) call.out.line('No runs yet')
    call.out.result(runs)
    return 0
  },
}

export const logsVerb: Verb = {
  usage: 'logs <run> [--task KEY] [-f]',
  summary: 'print what the tasks of a run wrote',
  examples: ['npx millrace logs 123456', 'npx millrace logs 123456 --task automl -f'],
  words: [1, 1],
  flags: {
    task: { takes: 'KEY', help: 'only this task' },
    follow: { short: 'f', help: 'go on until the run has ended' },
  },
  run: async (call) => {
    const millrace = call.millrace()
    const runId = wholeNumber(call.words[0] ?? '', 'The run')
    const key = call.flag('task')
    const offsets = new Map<number, number>()
    let wrote = 0
    for (;;) {
      const run = await millrace.jobs.getRun(runId)
      const tasks = (run.tasks ?? []).filter((task) => key === undefined || task.task_key === key)
      if (tasks.length === 0 && key !== undefined) {
        throw new UsageError(`Run ${runId} has no task '${key}'`)
      }
      for (const task of tasks) {
        const position = { task, offsets, alone: tasks.length === 1 }
        // One answer holds a part of a long log only.
        for (let more = 1; more > 0; wrote += more) {
          more = await printNewLog(millrace, position, call.out)
        }
      }
      if (!call.has('follow') || isFinished(run.state)) break
      await delay(300)
    }
    if (wrote === 0 && !call.out.json) call.out.warn('Nothing was written yet')
    return 0
  },
}

export const cancelVerb: Verb = {
  usage: 'cancel <run>',
  summary: 'stop a run and all its tasks',
  examples: ['npx millrace cancel 123456'],
  words: [1, 1],
  run: async (call) => {
    const runId = wholeNumber(call.words[0] ?? '', 'The run')
    const millrace = call.millrace()
    await millrace.jobs.cancelRun(runId)
    const run = await millrace.jobs.watchRun(runId, () => {})
    call.out.line(`Run ${runId} is ${stateOf(run.state)}`)
    call.out.result({ run_id: runId, state: run.state })
    return 0
  },
}

export const repairVerb: Verb = {
  usage: 'repair <run> [--no-wait]',
  summary: 'run the failed tasks of a run again, and those after them',
  examples: ['npx millrace repair 123456'],
  words: [1, 1],
  flags: { 'no-wait': { help: 'end at once' } },
  run: async (call) => {
    const runId = wholeNumber(call.words[0] ?? '', 'The run')
    const millrace = call.millrace()
    await millrace.jobs.repairRun(runId)
    if (!call.has('no-wait')) return follow(millrace, runId, call.out)
    call.out.line(`Run ${runId} is being repaired`)
    call.out.result({ run_id: runId })
    return 0
  },
}

async function follow(millrace: Millrace, runId: number, out: Output): Promise<number> {
  out.line(`Run ${runId}  ${millrace.url}/jobs/runs/${runId}`)
  const shown = new Map<string, string>()
  const run = await millrace.jobs.watchRun(runId, (current) => {
    for (const task of current.tasks ?? []) showTask(task, shown, out)
  })
  const ok = run.state.result_state === 'SUCCESS'
  const message = run.state.state_message ? `  ${run.state.state_message}` : ''
  out.line(out.paint(ok ? 'green' : 'red', `${stateOf(run.state)} after ${tookOf(run)}${message}`))
  if (!ok) await showFailures(millrace, run, out)
  out.result(run)
  return ok ? 0 : 1
}

const hasRun = new Set(['SUCCESS', 'FAILED', 'TIMEDOUT', 'CANCELED'])

/** One line whenever a task enters another state. */
function showTask(task: TaskRun, shown: Map<string, string>, out: Output): void {
  const state = stateOf(task.state)
  const key = `${task.task_key}#${task.attempt_number ?? 0}`
  if (shown.get(key) === state || state === 'PENDING') return
  shown.set(key, state)
  // A task that never began has no time of its own.
  const took = hasRun.has(state) ? tookOf(task) : ''
  const note = state === 'BLOCKED' ? (task.state.state_message ?? '') : noteOf(task, took)
  if (state === 'BLOCKED' && note === '') return
  out.line(`  ${task.task_key.padEnd(24)} ${out.paint(colorOf(state), state.padEnd(18))} ${note}`)
}

/** Of a task with `cache` why it ran, or why it did not have to. */
function noteOf(task: TaskRun, took: string): string {
  const { cache_decision: decision } = task
  if (!decision || !isFinished(task.state)) return took
  return `${took.padEnd(8)} ${decision.reason}`
}

async function showFailures(millrace: Millrace, run: Run, out: Output): Promise<void> {
  for (const task of (run.tasks ?? []).filter((one) => one.state.result_state === 'FAILED')) {
    const output = await millrace.jobs.getOutput(task.run_id)
    const trace = output['error_trace'] ?? output['error'] ?? ''
    out.line(`\n${task.task_key}:\n${typeof trace === 'string' ? trace : JSON.stringify(trace)}`)
  }
  out.line(`npx millrace logs ${run.run_id}    shows everything they wrote`)
}

interface LogPosition {
  readonly task: TaskRun
  readonly offsets: Map<number, number>
  readonly alone: boolean
}

async function printNewLog(
  millrace: Millrace,
  { task, offsets, alone }: LogPosition,
  out: Output,
): Promise<number> {
  const from = offsets.get(task.run_id) ?? 0
  const chunk = await millrace.jobs.readLog(task.run_id, from).catch((error: unknown) => {
    // A task without a process of its own, such as a condition, has no log.
    if (error instanceof MillraceApiError && error.status === 404) return undefined
    throw error
  })
  if (!chunk || chunk.text === '') return 0
  offsets.set(task.run_id, chunk.next_offset)
  if (out.json) out.raw(`${JSON.stringify({ task_key: task.task_key, text: chunk.text })}\n`)
  else if (alone) out.raw(chunk.text)
  else for (const line of chunk.text.trimEnd().split('\n')) out.raw(`${task.task_key} | ${line}\n`)
  return chunk.text.length
}

export async function findJob(
  millrace: Millrace,
  call: Call,
  wanted: string = call.words[0] ?? '',
): Promise<number> {
  const name = await findJobKey(millrace, call, wanted)
  const found = await millrace.jobs.findByName(name)
  if (found) return found.job_id
  if (/^\d+$/.test(wanted)) return Number(wanted)
  const names = (await millrace.jobs.list()).map((job) => job.settings.name)
  const known = names.length === 0 ? 'there are none yet' : `there are: ${names.join(', ')}`
  throw new UsageError(`There is no job '${name}' on ${millrace.url}; ${known}`)
}

export function readParameters(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new UsageError(`--param ${pair} is not NAME=VALUE`)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}

export function wholeNumber(text: string, what: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new UsageError(`${what} is '${text}'; expected a whole number`)
}

function stateOf(state: RunState): string {
  return isFinished(state) ? (state.result_state ?? state.life_cycle_state) : state.life_cycle_state
}

function tookOf(run: { readonly start_time?: number; readonly end_time?: number }): string {
  return run.start_time && run.end_time ? formatDuration(run.end_time - run.start_time) : ''
}

function colorOf(state: string): Color {
  if (state === 'SUCCESS') return 'green'
  if (state === 'BLOCKED' || state === 'QUEUED' || state === 'WAITING_FOR_RETRY') return 'yellow'
  return state === 'RUNNING' ? 'blue' : 'red'
}
