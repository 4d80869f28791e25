import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { sayDone, sayFailed } from '../kit/toast.tsx'
import { quoteName, runSql } from '../tables/run-sql.ts'
import { toMeasurements } from './measurements.ts'
import { driftTable, type Alert, type Measurement, type Monitor } from './wire.ts'

const base = '/api/millrace/1.0/monitors'
const mostMeasurements = 20_000

function pathOf(name: string): string {
  return `${base}/${encodeURIComponent(name)}`
}

/** Every monitor. */
export function useMonitors(): UseQueryResult<readonly Monitor[]> {
  return useQuery({
    queryKey: ['monitors', 'list'],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ monitors?: readonly Monitor[] }>(base, { signal })
      return answer.monitors ?? []
    },
  })
}

export function useMonitor(name: string): UseQueryResult<Monitor> {
  return useQuery({
    queryKey: ['monitors', 'one', name],
    queryFn: ({ signal }) => requestJson<Monitor>(pathOf(name), { signal }),
  })
}

/** What went over a limit, newest first. */
export function useAlerts(name: string): UseQueryResult<readonly Alert[]> {
  return useQuery({
    queryKey: ['monitors', 'alerts', name],
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ alerts?: readonly Alert[] }>(`${pathOf(name)}/alerts`, {
        query: { limit: 1000 },
        signal,
      })
      return answer.alerts ?? []
    },
  })
}

/** What a monitor measured, read from the table that it writes. */
export function useMeasurements(monitor: Monitor): UseQueryResult<readonly Measurement[]> {
  const table = driftTable(monitor)
  return useQuery({
    queryKey: ['monitors', 'measurements', monitor.name, monitor.refreshed_at],
    enabled: monitor.refreshed_at !== null,
    queryFn: async ({ signal }) => {
      const statement = `SELECT * FROM ${quoteName(table)} ORDER BY computed_at DESC LIMIT ${mostMeasurements}`
      return toMeasurements(await runSql({ statement, rowLimit: mostMeasurements, signal }))
    },
  })
}

/** Measures the newest window now. */
export function useRefreshMonitor(): UseMutationResult<unknown, Error, string> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => requestJson(`${pathOf(name)}/refresh`, { method: 'POST' }),
    onSuccess: () => sayDone('The newest window is measured'),
    onError: (error) => sayFailed('refresh the monitor', error),
    onSettled: () => void client.invalidateQueries({ queryKey: ['monitors'] }),
  })
}
