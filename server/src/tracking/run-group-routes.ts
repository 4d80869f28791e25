import { Type } from 'typebox'
import type { App } from '../core/index.ts'
import { groupRuns, type RunGroup, type TextSummary } from './run-group-service.ts'
import { ViewType } from './types.ts'

const mostNames = 100

function names(of: string): object {
  const one = Type.String({ minLength: 1, description: 'A name.' })
  return Type.Array(one, {
    default: [],
    maxItems: mostNames,
    description: `Which ${of} to summarise; at most ${mostNames}.`,
  })
}

const GroupBody = Type.Object(
  {
    experiment_ids: Type.Array(Type.String({ description: 'An experiment.' }), {
      minItems: 1,
      description: 'Where to look.',
    }),
    filter: Type.String({ default: '', description: "MLflow's filter language for runs." }),
    run_view_type: Type.Enum(Object.values(ViewType), {
      default: ViewType.ActiveOnly,
      description: 'Whether deleted runs count.',
    }),
    group_by: Type.String({
      description:
        'params.NAME, tags.NAME, attributes.status, attributes.user_id, dataset, or parent.',
    }),
    metrics: Type.Unsafe<string[]>(names('metrics')),
    params: Type.Unsafe<string[]>(names('params')),
    tags: Type.Unsafe<string[]>(names('tags')),
  },
  { additionalProperties: false },
)

/** Runs by a value that they share, for a table that shows groups without fetching their runs. */
export function runGroupRoutes(app: App): void {
  const schema = {
    operationId: 'groupRuns',
    tags: ['tracking'],
    summary:
      'Groups the runs that a filter finds, with means of metrics; the newest 1,000 groups first.',
    body: GroupBody,
  }
  app.post('/api/millrace/1.0/tracking/run-groups', { schema }, async ({ ctx, body }) => {
    const { groups, isCut } = await groupRuns(ctx, {
      experimentIds: body.experiment_ids,
      filter: body.filter,
      view: body.run_view_type,
      groupBy: body.group_by,
      metrics: body.metrics,
      params: body.params,
      tags: body.tags,
    })
    return { groups: groups.map(encode), is_cut: isCut }
  })
}

function encode(group: RunGroup): object {
  return {
    value: group.value ?? null,
    ...(group.name === undefined ? {} : { name: group.name }),
    runs: group.runs,
    status: encodeText(group.status),
    user_id: encodeText(group.user),
    mean_duration_ms: group.meanDurationMs ?? null,
    newest_start_time: group.newestStart,
    metrics: group.metrics.map(({ key, runs, mean, least, most }) => ({
      key,
      runs,
      mean,
      min: least,
      max: most,
    })),
    params: group.params.map((one) => ({ key: one.key, ...encodeText(one) })),
    tags: group.tags.map((one) => ({ key: one.key, ...encodeText(one) })),
  }
}

/** One value that all share, or how many there are. */
function encodeText({ texts, first }: TextSummary): object {
  return texts === 1 ? { values: 1, value: first } : { values: texts }
}
