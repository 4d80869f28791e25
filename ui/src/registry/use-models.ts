import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import type { RegisteredModel } from './wire.ts'

const base = '/api/2.0/mlflow/registered-models'
const pageSize = 1000

interface ModelsPage {
  readonly registered_models?: readonly RegisteredModel[]
  readonly next_page_token?: string
}

/** The registered models that a filter finds, by name; every one without a filter. */
export function useModels(filter = ''): UseQueryResult<readonly RegisteredModel[]> {
  return useQuery({
    queryKey: ['models', 'list', filter],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const found: RegisteredModel[] = []
      let token: string | undefined
      do {
        const query = {
          max_results: pageSize,
          page_token: token,
          filter: filter === '' ? undefined : filter,
        }
        const page = await requestJson<ModelsPage>(`${base}/search`, { query, signal })
        found.push(...(page.registered_models ?? []))
        token = page.next_page_token || undefined
      } while (token !== undefined)
      return found
    },
  })
}

export function useModel(name: string): UseQueryResult<RegisteredModel> {
  return useQuery({
    queryKey: ['models', 'one', name],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ registered_model: RegisteredModel }>(`${base}/get`, {
        query: { name },
        signal,
      })
      return answer.registered_model
    },
  })
}
