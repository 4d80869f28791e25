import { isFinished, type Millrace, type Run, type TaskRun } from '@millrace/sdk'
import type { Display } from './display.ts'
import { DemoError } from './platform.ts'

export interface ShowRun {
  readonly runId: number
  /** Called once when a task begins to wait for a person. */
  readonly onBlocked?: (task: TaskRun) => void
}

/** Shows a run until it has ended: a line per task with its time and the last line that it wrote. */
export async function showRun(millrace: Millrace, show: Display, options: ShowRun): Promise<Run> {
  const finished = new Set<string>()
  const blocked = new Set<number>()
  const lines: Promise<void>[] = []
  const run = await millrace.jobs.watchRun(options.runId, (current) => {
    for (const task of current.tasks ?? []) {
      const key = `${task.task_key}#${task.run_id}`
      if (finished.has(key)) continue
      if (isFinished(task.state)) {
        finished.add(key)
        lines.push(finishLine(millrace, show, task))
      } else if (task.state.life_cycle_state === 'BLOCKED' && task.state.state_message) {
        show.running(task.task_key, task.state.state_message)
        if (!blocked.has(task.run_id)) options.onBlocked?.(task)
        blocked.add(task.run_id)
      } else if (task.state.life_cycle_state === 'RUNNING') show.running(task.task_key)
    }
  })
  await Promise.all(lines)
  if (run.state.result_state !== 'SUCCESS')
    throw new DemoError(await describeFailure(millrace, run))
  return run
}

async function finishLine(millrace: Millrace, show: Display, task: TaskRun): Promise<void> {
  const ms = Math.max(0, (task.end_time ?? 0) - (task.start_time ?? 0))
  if (task.state.result_state !== 'SUCCESS') {
    show.failed(task.task_key, ms, task.state.state_message ?? task.state.result_state ?? '')
    return
  }
  show.done(task.task_key, ms, await lastLine(millrace, task.run_id))
}

async function lastLine(millrace: Millrace, taskRunId: number): Promise<string> {
  let offset = 0
  let text = ''
  for (;;) {
    const chunk = await millrace.jobs.readLog(taskRunId, offset).catch(() => undefined)
    if (!chunk || chunk.next_offset === offset) break
    text = (text + chunk.text).slice(-4000)
    offset = chunk.next_offset
    if (chunk.ended) break
  }
  return text.trim().split('\n').at(-1)?.trim() ?? ''
}

async function describeFailure(millrace: Millrace, run: Run): Promise<string> {
  const failed = (run.tasks ?? []).find((task) => task.state.result_state === 'FAILED')
  const about = `Run ${run.run_id} ended ${run.state.result_state ?? run.state.life_cycle_state}`
  if (!failed) return `${about}: ${run.state.state_message ?? ''}`
  const output = await millrace.jobs.getOutput(failed.run_id)
  const trace = output['error_trace'] ?? output['error'] ?? ''
  return `${about}; task ${failed.task_key}:\n${typeof trace === 'string' ? trace : ''}`
}
