import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'

const pageBytes = 256 * 1024
/** Older text is dropped from memory; the download has all of it. */
const mostKept = 4_000_000
const mostPages = 40
const tailMs = 5_000

interface LogPage {
  readonly text: string
  readonly next_offset: number
  readonly ended: boolean
}

export interface TaskLog {
  readonly text: string
  readonly offset: number
  readonly ended: boolean
}

export function taskLogPath(taskRunId: number): string {
  return `/api/millrace/1.0/jobs/runs/${taskRunId}/log`
}

/** What a task wrote so far; while it runs only what is new is fetched. */
export function useTaskLog(taskRunId: number, running: boolean): UseQueryResult<TaskLog> {
  const client = useQueryClient()
  const queryKey = ['job-runs', 'log', taskRunId]
  return useQuery({
    queryKey,
    refetchInterval: running ? tailMs : false,
    queryFn: async ({ signal }) => {
      let log = client.getQueryData<TaskLog>(queryKey) ?? { text: '', offset: 0, ended: false }
      for (let page = 0; page < mostPages && !log.ended; page += 1) {
        const query = { offset: log.offset, limit: pageBytes }
        const answer = await requestJson<LogPage>(taskLogPath(taskRunId), { query, signal })
        log = {
          text: `${log.text}${answer.text}`.slice(-mostKept),
          offset: answer.next_offset,
          ended: answer.ended,
        }
        if (answer.text === '') break
      }
      return log
    },
  })
}
