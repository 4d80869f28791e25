import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson, requestText } from '../api/http.ts'
import { inputFields, type InputField } from './input-fields.ts'
import { readFigures, type Figures } from './read-figures.ts'
import type { Endpoint } from './wire.ts'

const base = '/api/2.0/serving-endpoints'

function pathOf(name: string): string {
  return `${base}/${encodeURIComponent(name)}`
}

/** Every endpoint. */
export function useEndpoints(): UseQueryResult<readonly Endpoint[]> {
  return useQuery({
    queryKey: ['endpoints', 'list'],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ endpoints?: readonly Endpoint[] }>(base, { signal })
      return answer.endpoints ?? []
    },
  })
}

export function useEndpoint(name: string): UseQueryResult<Endpoint> {
  return useQuery({
    queryKey: ['endpoints', 'one', name],
    queryFn: ({ signal }) => requestJson<Endpoint>(pathOf(name), { signal }),
    refetchInterval: (query) =>
      query.state.data?.state?.config_update === 'IN_PROGRESS' ? 5_000 : false,
  })
}

/** The columns that a model wants, from the endpoint's own OpenAPI document. */
export function useInputFields(name: string): UseQueryResult<readonly InputField[]> {
  return useQuery({
    queryKey: ['endpoints', 'openapi', name],
    queryFn: async ({ signal }) =>
      inputFields(await requestJson<unknown>(`${pathOf(name)}/openapi`, { signal })),
  })
}

/** Requests and latencies since the server started. */
export function useFigures(name: string): UseQueryResult<Figures> {
  return useQuery({
    queryKey: ['endpoints', 'figures', name],
    refetchInterval: 10_000,
    queryFn: async ({ signal }) =>
      readFigures(await requestText(`${pathOf(name)}/metrics`, { signal })),
  })
}
