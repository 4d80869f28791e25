import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { Job, JobSettings } from './wire.ts'

const base = '/api/2.2/jobs'
const pageLimit = 100

interface JobsPage {
  readonly jobs?: readonly Job[]
  readonly next_page_token?: string
}

/** Every job with its settings, of which a list has at most its first 100 items. */
export function useJobs(): UseQueryResult<readonly Job[]> {
  return useQuery({
    queryKey: ['jobs', 'list'],
    queryFn: async ({ signal }) => {
      const found: Job[] = []
      let token: string | undefined
      do {
        const query = { limit: pageLimit, expand_tasks: true, page_token: token }
        const page = await requestJson<JobsPage>(`${base}/list`, { query, signal })
        found.push(...(page.jobs ?? []))
        token = page.next_page_token || undefined
      } while (token !== undefined)
      return found
    },
  })
}

const pagedLists = ['tasks', 'parameters'] as const

/** One job with all its settings; the server answers long lists in pages. */
export function useJob(jobId: string): UseQueryResult<Job> {
  return useQuery({
    queryKey: ['jobs', 'one', jobId],
    enabled: jobId !== '',
    queryFn: async ({ signal }) => {
      const ask = (token?: string) => {
        const query = { job_id: jobId, page_token: token }
        return requestJson<Job & { next_page_token?: string }>(`${base}/get`, { query, signal })
      }
      let page = await ask()
      let job: Job = page
      while (page.next_page_token) {
        page = await ask(page.next_page_token)
        job = { ...job, settings: joined(job.settings ?? {}, page.settings ?? {}) }
      }
      return job
    },
  })
}

function joined(settings: JobSettings, more: JobSettings): JobSettings {
  const lists = pagedLists.map((name) => [name, [...(settings[name] ?? []), ...(more[name] ?? [])]])
  return { ...settings, ...Object.fromEntries(lists) }
}
