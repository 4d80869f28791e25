import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

/** What stays in the page; the whole log is a download. */
export const mostShownBytes = 5 * 1024 * 1024
const pageBytes = 256 * 1024
/** A request for more is held by the server until there is more. */
const waitMs = 20_000
const nextAfterMs = 250

interface LogPage {
  readonly text: string
  readonly next_offset: number
  readonly ended: boolean
  readonly size_bytes?: number
  readonly truncated?: boolean
}

export interface TaskLog {
  readonly text: string
  readonly offset: number
  readonly ended: boolean
  /** Something before it is left out. */
  readonly truncated: boolean
}

function taskLogPath(taskRunId: number): string {
  return `/api/millrace/1.0/jobs/runs/${taskRunId}/log`
}

/** Where the whole log can be had as a file. */
export function taskLogFile(taskRunId: number): string {
  return `/api/millrace/1.0/jobs/runs/${taskRunId}/log-file`
}

/** The end of what a task wrote; while it runs, what is new comes as it is written. */
export function useTaskLog(taskRunId: number, running: boolean): UseQueryResult<TaskLog> {
  const client = useQueryClient()
  const queryKey = ['task-log', taskRunId]
  return useQuery<TaskLog>({
    queryKey,
    refetchInterval: (query) =>
      running || query.state.data?.ended === false ? nextAfterMs : false,
    queryFn: async ({ signal }) => {
      const known = client.getQueryData<TaskLog>(queryKey)
      if (known?.ended === true) return known
      const query =
        known === undefined
          ? { tail: mostShownBytes }
          : { offset: known.offset, limit: pageBytes, wait_ms: waitMs }
      return added(known, await requestJson<LogPage>(taskLogPath(taskRunId), { query, signal }))
    },
  })
}

/** What is known and what came, without the oldest lines when it is too much. */
export function added(known: TaskLog | undefined, page: LogPage): TaskLog {
  const whole = `${known?.text ?? ''}${page.text}`
  const long = whole.length > mostShownBytes
  const kept = long ? whole.slice(-mostShownBytes) : whole
  const broken = long || (known === undefined && page.truncated === true)
  return {
    text: broken ? kept.slice(kept.indexOf('\n') + 1) : kept,
    offset: page.next_offset,
    ended: page.ended,
    truncated: long || (known?.truncated ?? page.truncated ?? false),
  }
}
