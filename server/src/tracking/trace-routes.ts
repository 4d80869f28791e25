import { readScript, type App, type Ctx } from '../core/index.ts'
import {
  createAssessment,
  deleteAssessment,
  getAssessment,
  updateAssessment,
  type Assessment,
} from './assessment-service.ts'
import { trackingErrors } from './errors.ts'
import {
  deleteTraces,
  deleteTraceTag,
  getTrace,
  getTraceInfo,
  getTraces,
  linkPrompts,
  linkTraces,
  putTrace,
  setTraceTag,
} from './trace-service.ts'
import { searchTraces } from './trace-search.ts'
import { TraceState, type Trace } from './trace-types.ts'
import { parseExperimentId } from './validation.ts'
import { list } from './wire/encode.ts'
import { f, type Decoded } from './wire/fields.ts'
import { rpc } from './wire/rpc.ts'
import { encodeTraceInfo, parseDuration, traceText } from './wire/trace-text.ts'

const location = {
  type: f.text,
  mlflow_experiment: f.message({ experiment_id: f.text.required }),
}

const traceInfo = {
  trace_id: f.text.required,
  client_request_id: f.text.or(''),
  trace_location: f.message(location).required,
  request_time: f.text,
  execution_duration: f.text,
  state: f.choice<TraceState>({ STATE_UNSPECIFIED: 0, OK: 1, ERROR: 2, IN_PROGRESS: 3 }),
  trace_metadata: f.textMap.or({}),
  tags: f.textMap.or({}),
  request_preview: f.text.or(''),
  response_preview: f.text.or(''),
  assessments: f.list(f.json.or({})).or([]),
}

export function traceRoutes(app: App): void {
  writing(app)
  linking(app)
  reading(app)
  searching(app)
  tagging(app)
  deleting(app)
  assessing(app)
}

function writing(app: App): void {
  rpc(app, {
    id: 'startTraceV3',
    method: 'POST',
    path: '/mlflow/traces',
    major: 3,
    summary: 'Writes what is known of a trace; its spans come over OTLP.',
    request: { trace: f.message({ trace_info: f.message(traceInfo).required }).required },
    handle: async (ctx, input) => {
      const info = input.trace.trace_info
      await putTrace(ctx, {
        traceId: info.trace_id,
        experimentId: experimentOf(info.trace_location),
        clientRequestId: info.client_request_id,
        requestPreview: info.request_preview,
        responsePreview: info.response_preview,
        requestTime: parseTime(ctx, info.request_time),
        executionMs: parseDuration(info.execution_duration),
        state: info.state ?? TraceState.Unspecified,
        metadata: info.trace_metadata,
        tags: info.tags,
      })
      for (const assessment of info.assessments) {
        await createAssessment(ctx, info.trace_id, assessment as Assessment)
      }
      return { trace: { trace_info: encodeTraceInfo(await getTraceInfo(ctx, info.trace_id)) } }
    },
  })
  rpc(app, {
    id: 'linkTracesToRun',
    method: 'POST',
    path: '/mlflow/traces/link-to-run',
    summary: 'Says that traces belong to a run as well.',
    request: { trace_ids: f.list(f.text.required).or([]), run_id: f.text.required },
    handle: async (ctx, input) => {
      await linkTraces(ctx, input.run_id, input.trace_ids)
      return {}
    },
  })
}

function linking(app: App): void {
  rpc(app, {
    id: 'linkPromptsToTrace',
    method: 'POST',
    path: '/mlflow/traces/link-prompts',
    summary: 'Says which versions of prompts a trace used.',
    request: {
      trace_id: f.text.required,
      prompt_versions: f.list(f.message(prompt).required).or([]),
    },
    handle: async (ctx, input) => {
      await linkPrompts(ctx, input.trace_id, input.prompt_versions)
      return {}
    },
  })
}

const prompt = { name: f.text.required, version: f.text.required }

function experimentOf(given: Decoded<typeof location>): string {
  if (given.mlflow_experiment) return given.mlflow_experiment.experiment_id
  throw trackingErrors.TRACKING_INVALID(
    `Traces are kept in experiments; trace_location of type '${given.type ?? ''}' is not supported`,
  )
}

function parseTime(ctx: Ctx, text: string | undefined): number {
  const time = text === undefined ? ctx.now().getTime() : Date.parse(text)
  if (!Number.isNaN(time)) return time
  throw trackingErrors.TRACKING_INVALID(
    `request_time '${text}' is no time such as 2026-01-31T12:00:00Z`,
  )
}

function reading(app: App): void {
  rpc(app, {
    id: 'getTrace',
    method: 'GET',
    path: '/mlflow/traces/get',
    major: 3,
    summary: 'A trace with its spans.',
    request: { trace_id: f.text.required, allow_partial: f.bool },
    handle: async (ctx, input) => `{"trace":${traceText(await getTrace(ctx, input.trace_id))}}`,
  })
  rpc(app, {
    id: 'batchGetTraces',
    method: 'GET',
    path: '/mlflow/traces/batchGet',
    major: 3,
    summary: 'Traces with their spans; unknown ids are left out.',
    request: ofExperiments,
    handle: async (ctx, input) => {
      const texts = (await getTracesOf(ctx, input)).map(traceText)
      return texts.length === 0 ? '{}' : `{"traces":[${texts.join(',')}]}`
    },
  })
  rpc(app, {
    id: 'batchGetTraceInfos',
    method: 'POST',
    path: '/mlflow/traces/batchGetInfos',
    major: 3,
    summary: 'What is known of traces; unknown ids are left out.',
    request: ofExperiments,
    handle: async (ctx, input) => {
      const traces = await getTracesOf(ctx, input)
      return list(
        'trace_infos',
        traces.map(({ info }) => encodeTraceInfo(info)),
      )
    },
  })
  rpc(app, {
    id: 'getTraceInfoV3',
    method: 'GET',
    path: '/mlflow/traces/:trace_id',
    major: 3,
    summary: 'What is known of a trace, without its spans.',
    request: { trace_id: f.text.required },
    handle: async (ctx, input) => ({
      trace: { trace_info: encodeTraceInfo(await getTraceInfo(ctx, input.trace_id)) },
    }),
  })
}

const ofExperiments = {
  trace_ids: f.list(f.text.required).or([]),
  experiment_ids: f.list(f.text.required).or([]),
}

/** Where experiments are named, traces of others are left out like unknown ones. */
async function getTracesOf(ctx: Ctx, input: Decoded<typeof ofExperiments>): Promise<Trace[]> {
  const { trace_ids: ids, experiment_ids: experiments } = input
  const traces = await getTraces(ctx, ids)
  return traces.filter(
    ({ info }) => experiments.length === 0 || experiments.includes(info.experimentId),
  )
}

function searching(app: App): void {
  rpc(app, {
    id: 'searchTracesV3',
    method: 'POST',
    path: '/mlflow/traces/search',
    major: 3,
    summary: 'Traces that a filter finds, page by page.',
    request: {
      locations: f.list(f.message(location).required).or([]),
      filter: f.text,
      max_results: f.int.or(100),
      order_by: f.list(f.text.required).or([]),
      page_token: f.text,
    },
    handle: async (ctx, input) => {
      const page = await readScript(
        ctx,
        searchTraces(ctx.database.dialect, {
          experiments: input.locations.map((each) => parseExperimentId(experimentOf(each))),
          filter: input.filter,
          maxResults: input.max_results,
          orderBy: input.order_by,
          pageToken: input.page_token,
        }),
      )
      return {
        ...list('traces', page.traces.map(encodeTraceInfo)),
        ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
      }
    },
  })
}

function tagging(app: App): void {
  for (const major of [2, 3] as const) {
    const path = '/mlflow/traces/:trace_id/tags'
    rpc(app, {
      id: major === 2 ? 'setTraceTag' : 'setTraceTagV3',
      method: 'PATCH',
      path,
      major,
      summary: 'Sets a tag of a trace.',
      request: { trace_id: f.text.required, key: f.text.required, value: f.text.or('') },
      handle: async (ctx, input) => {
        await setTraceTag(ctx, input.trace_id, { key: input.key, value: input.value })
        return {}
      },
    })
    rpc(app, {
      id: major === 2 ? 'deleteTraceTag' : 'deleteTraceTagV3',
      method: 'DELETE',
      path,
      major,
      summary: 'Removes a tag of a trace.',
      request: { trace_id: f.text.required, key: f.text.required },
      handle: async (ctx, input) => {
        await deleteTraceTag(ctx, input.trace_id, input.key)
        return {}
      },
    })
  }
}

function deleting(app: App): void {
  for (const major of [2, 3] as const) {
    rpc(app, {
      id: major === 2 ? 'deleteTraces' : 'deleteTracesV3',
      method: 'POST',
      path: '/mlflow/traces/delete-traces',
      major,
      summary: 'Deletes named traces, or the oldest ones up to a time.',
      request: {
        experiment_id: f.text.required,
        max_timestamp_millis: f.int,
        max_traces: f.int,
        request_ids: f.list(f.text.required).or([]),
      },
      handle: async (ctx, input) => ({
        traces_deleted: await deleteTraces(ctx, {
          experimentId: input.experiment_id,
          traceIds: input.request_ids,
          until: input.max_timestamp_millis,
          most: input.max_traces,
        }),
      }),
    })
  }
}

function assessing(app: App): void {
  const all = '/mlflow/traces/:trace_id/assessments'
  const one = `${all}/:assessment_id`
  const named = { trace_id: f.text.required, assessment_id: f.text.required }
  rpc(app, {
    id: 'createAssessment',
    method: 'POST',
    path: all,
    major: 3,
    summary: 'Adds feedback or an expectation to a trace.',
    request: { trace_id: f.text.required, assessment: f.json.required },
    handle: async (ctx, input) => ({
      assessment: await createAssessment(ctx, input.trace_id, toAssessment(input.assessment)),
    }),
  })
  rpc(app, {
    id: 'GetAssessment',
    method: 'GET',
    path: one,
    major: 3,
    summary: 'One judgement about a trace.',
    request: named,
    handle: async (ctx, input) => ({
      assessment: await getAssessment(ctx, input.trace_id, input.assessment_id),
    }),
  })
  rpc(app, {
    id: 'updateAssessment',
    method: 'PATCH',
    path: one,
    major: 3,
    summary: 'Changes the fields of a judgement that update_mask names.',
    request: { ...named, assessment: f.json.required, update_mask: f.text.required },
    handle: async (ctx, input) => ({
      assessment: await updateAssessment(ctx, {
        traceId: input.trace_id,
        id: input.assessment_id,
        assessment: toAssessment(input.assessment),
        mask: input.update_mask,
      }),
    }),
  })
  rpc(app, {
    id: 'deleteAssessment',
    method: 'DELETE',
    path: one,
    major: 3,
    summary: 'Deletes a judgement about a trace.',
    request: named,
    handle: async (ctx, input) => {
      await deleteAssessment(ctx, input.trace_id, input.assessment_id)
      return {}
    },
  })
}

function toAssessment(given: unknown): Assessment {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
    return given as Assessment
  }
  throw trackingErrors.TRACKING_INVALID('assessment must be an object')
}
