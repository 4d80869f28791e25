import type { Trace, TraceInfo } from '../trace-types.ts'
import { optionalText } from './encode.ts'

export function encodeTraceInfo(info: TraceInfo): object {
  return {
    trace_id: info.traceId,
    ...optionalText('client_request_id', info.clientRequestId),
    trace_location: {
      type: 'MLFLOW_EXPERIMENT',
      mlflow_experiment: { experiment_id: info.experimentId },
    },
    request_time: new Date(info.requestTime).toISOString(),
    ...(info.executionMs === undefined
      ? {}
      : { execution_duration: formatDuration(info.executionMs) }),
    state: info.state,
    trace_metadata: info.metadata,
    ...(info.assessments.length === 0 ? {} : { assessments: info.assessments }),
    tags: info.tags,
    ...optionalText('request_preview', info.requestPreview),
    ...optionalText('response_preview', info.responsePreview),
  }
}

/** A trace as JSON text; its spans are kept as such. */
export function traceText({ info, spans }: Trace): string {
  const text = JSON.stringify(encodeTraceInfo(info))
  return `{"trace_info":${text},"spans":[${spans.join(',')}]}`
}

/** Protobuf's notation of a duration: `0.126s`. */
export function formatDuration(ms: number): string {
  return `${Number((ms / 1000).toFixed(9))}s`
}

export function parseDuration(text: string | undefined): number | undefined {
  const match = /^(-?\d+(?:\.\d+)?)s$/.exec(text ?? '')
  return match ? Math.round(Number(match[1]) * 1_000_000) / 1000 : undefined
}
