import { useQuery } from '@tanstack/react-query'
import { requestJson } from '../api/http.ts'
import { useJobs } from '../jobs/use-jobs.ts'
import type { IconName } from '../kit/icons.tsx'
import { useTables } from '../tables/use-tables.ts'
import { useEndpoints } from '../serving/use-endpoints.ts'
import { useModels } from '../registry/use-models.ts'
import { useExperiments } from '../tracking/use-experiments.ts'
import type { Run } from '../tracking/wire.ts'
import { homePlace, placeGroups } from './places.ts'

export interface Finding {
  readonly group: string
  readonly icon: IconName
  readonly name: string
  readonly to: string
}

const perGroup = 8

const places: readonly Finding[] = [homePlace, ...placeGroups.flatMap((group) => group.places)].map(
  (place) => ({ group: 'Go to', icon: place.icon, name: place.name, to: place.to }),
)

function matching(findings: readonly Finding[], text: string): readonly Finding[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (finding: Finding) =>
    words.every((word) => finding.name.toLowerCase().includes(word))
  return findings.filter(fits).slice(0, perGroup)
}

/** A run by its id: the only thing that has no name to search by. */
function useRunById(text: string): readonly Finding[] {
  const id = text.trim()
  const { data } = useQuery({
    queryKey: ['runs', 'one', id],
    enabled: /^[0-9a-f]{32}$/.test(id),
    retry: false,
    queryFn: async ({ signal }) => {
      const query = { run_id: id }
      const answer = await requestJson<{ run: Run }>('/api/2.0/mlflow/runs/get', { query, signal })
      return answer.run
    },
  })
  if (data === undefined) return []
  const { experiment_id: experiment, run_id: run, run_name: name } = data.info
  const to = `/experiments/${experiment}/runs/${run}`
  return [{ group: 'Run', icon: 'experiment', name: name ?? run, to }]
}

/** What fits the text, by room. */
export function useFindings(text: string): readonly Finding[] {
  const experiments = useExperiments('ACTIVE_ONLY').data ?? []
  const models = useModels().data ?? []
  const jobs = useJobs().data ?? []
  const tables = useTables().data ?? []
  const endpoints = useEndpoints().data ?? []
  const byId = useRunById(text)
  const named: readonly (readonly Finding[])[] = [
    experiments.map((one) => ({
      group: 'Experiments',
      icon: 'experiment',
      name: one.name,
      to: `/experiments/${one.experiment_id}`,
    })),
    models.map((one) => ({
      group: 'Models',
      icon: 'model',
      name: one.name,
      to: `/models/${encodeURIComponent(one.name)}`,
    })),
    jobs.map((one) => ({
      group: 'Jobs',
      icon: 'job',
      name: one.settings?.name ?? String(one.job_id),
      to: `/jobs/${one.job_id}`,
    })),
    tables.map((one) => ({
      group: 'Tables',
      icon: 'table',
      name: one.name,
      to: `/tables/${encodeURIComponent(one.name)}`,
    })),
    endpoints.map((one) => ({
      group: 'Endpoints',
      icon: 'endpoint',
      name: one.name,
      to: `/endpoints/${encodeURIComponent(one.name)}`,
    })),
  ]
  return [...byId, ...matching(places, text), ...named.flatMap((group) => matching(group, text))]
}
