import type { Station } from '../kit/story.tsx'
import type { Endpoint } from '../serving/wire.ts'
import { tablePathOf } from '../tracking/dataset-path.ts'
import { factsOf } from '../tracking/run-facts.ts'
import type { Run } from '../tracking/wire.ts'
import type { ModelVersion } from './wire.ts'

/** The endpoints that serve a version now. */
export function endpointsOf(
  version: ModelVersion,
  endpoints: readonly Endpoint[],
): readonly Endpoint[] {
  return endpoints.filter((endpoint) =>
    endpoint.config?.served_entities?.some(
      (entity) => entity.entity_name === version.name && entity.entity_version === version.version,
    ),
  )
}

/** The pages before and after a version on the way from data to predictions. */
export function storyLinks(
  version: ModelVersion,
  run: Run | undefined,
  endpoints: readonly Endpoint[],
): Partial<Record<Station, string>> {
  const links: Partial<Record<Station, string>> = {
    model: `/models/${encodeURIComponent(version.name)}`,
  }
  const [endpoint] = endpointsOf(version, endpoints)
  if (endpoint !== undefined) links.endpoint = `/endpoints/${encodeURIComponent(endpoint.name)}`
  if (run === undefined) return links
  const { experiment_id: experiment, run_id: runId } = run.info
  links.trials = `/experiments/${experiment}/runs/${runId}`
  const paths = (run.inputs?.dataset_inputs ?? []).map((input) => tablePathOf(input.dataset.name))
  const data = paths.find((path) => path !== undefined)
  if (data !== undefined) links.data = data
  return links
}

/** The search that made the run, where one did. */
export function searchOf(run: Run | undefined): string | undefined {
  return run === undefined ? undefined : factsOf(run).tags.get('millrace.search_id')
}
