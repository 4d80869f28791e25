import { defineErrors } from '../core/index.ts'

/** Messages are MLflow's wherever a client is known to match on them. */
export const trackingErrors = defineErrors({
  TRACKING_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => problem,
    meaning: 'A value cannot be logged, or a trace cannot be read',
  },
  TRACKING_MISSING_VALUE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (path: string) =>
      `Missing value for required parameter '${path}'. See the API docs for more information about request parameters.`,
  },
  TRACKING_WRONG_TYPE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (path: string, value: string, found: string) =>
      `Invalid value ${value} for parameter '${path}' supplied:  Hint: Value was of type '${found}'. See the API docs for more information about request parameters.`,
  },
  TRACKING_BODY_NOT_JSON: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: () => "Bad Request. Content-Type must be 'application/json'.",
  },
  TRACKING_PAGE_TOKEN_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: () =>
      'Invalid page token; send back the next_page_token of the page before, with the same filter and order',
  },
  TRACKING_FILTER_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (at: number, problem: string) => `Invalid search at position ${at + 1}: ${problem}`,
    meaning:
      'A filter or an order_by cannot be read; the message names the place and what was expected',
  },
  TRACKING_EXPERIMENT_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: string) => `No Experiment with id=${id} exists`,
  },
  TRACKING_EXPERIMENT_NAME_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string) => `Could not find experiment with name '${name}'`,
  },
  TRACKING_EXPERIMENT_EXISTS: {
    status: 400,
    wire: 'RESOURCE_ALREADY_EXISTS',
    text: (name: string, stage: string) =>
      stage === 'active'
        ? `Experiment(name=${name}) already exists.`
        : `Experiment(name=${name}) already exists in deleted state. Restore it, or choose another name.`,
  },
  TRACKING_EXPERIMENT_NOT_ACTIVE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (id: string, stage: string) =>
      `The experiment ${id} must be in the 'active' state. Current state is ${stage}.`,
  },
  TRACKING_EXPERIMENT_TAG_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (key: string, id: string) => `No tag with name: ${key} in experiment with id ${id}`,
  },
  TRACKING_RUN_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (runId: string) => `Run with id=${runId} not found`,
  },
  TRACKING_RUN_NOT_ACTIVE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (runId: string, stage: string) =>
      `The run ${runId} must be in the 'active' state. Current state is ${stage}.`,
  },
  TRACKING_NOT_DELETED: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (kind: string, id: string) =>
      `There is no ${kind} ${id} in state deleted; delete it first, and look at its spelling`,
  },
  TRACKING_PARAM_CHANGED: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (
      runId: string,
      change: { readonly key: string; readonly old: string; readonly new: string },
    ) =>
      `Changing param values is not allowed. Param with key='${change.key}' was already logged with value='${change.old}' for run ID='${runId}'. Attempted logging new value '${change.new}'.`,
  },
  TRACKING_PARAMS_CHANGED: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (runId: string, changes: string) =>
      `Changing param values is not allowed. Params were already logged='${changes}' for run ID='${runId}'.`,
  },
  TRACKING_TAG_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (key: string, runId: string) => `No tag with name: ${key} in run with id ${runId}`,
  },
  TRACKING_MODEL_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (modelId: string) => `Logged model with ID '${modelId}' not found.`,
  },
  TRACKING_MODEL_TAG_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (key: string, modelId: string) =>
      `No tag with key '${key}' found for model with ID '${modelId}'.`,
  },
  TRACKING_TRACE_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (traceId: string) => `Trace with ID '${traceId}' not found.`,
  },
  TRACKING_TRACE_TAG_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (key: string, traceId: string) =>
      `No trace tag with key '${key}' for trace with ID '${traceId}'`,
  },
  TRACKING_ASSESSMENT_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: string, traceId: string) =>
      `Assessment with ID '${id}' not found for trace '${traceId}'`,
  },
  TRACKING_ARTIFACT_PATH_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (path: string) => `Invalid path: ${path}`,
  },
  TRACKING_ARTIFACT_IS_FOLDER: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (path: string) => `Artifact path refers to a directory, not a file: '${path}'`,
  },
  TRACKING_ARTIFACT_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (path: string) => `No such artifact: '${path}'`,
  },
  TRACKING_ARTIFACT_PATH_CLASH: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (path: string) =>
      `Cannot write artifact '${path}': a folder has that name, a file stands where a folder is needed, or the name is too long`,
  },
  TRACKING_ARTIFACT_NOT_SERVED: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (uri: string) =>
      `Artifacts at '${uri}' are not kept by this server; only mlflow-artifacts:/ locations are`,
  },
  TRACKING_ARTIFACT_WAY_UNSUPPORTED: {
    status: 501,
    wire: 'NOT_IMPLEMENTED',
    text: (what: string) =>
      `${what} is not supported for the current artifact repository; send and fetch artifacts through this server`,
    meaning:
      'Artifacts are on local disk, or --artifact-direct is off; clients then go through the server',
  },
  TRACKING_ARTIFACT_UPLOAD_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (code: string, problem: string) =>
      `The upload in parts cannot be finished: ${code} ${problem}; begin it again`,
  },
  TRACKING_ARTIFACT_STORE_UNAVAILABLE: {
    status: 503,
    wire: 'TEMPORARILY_UNAVAILABLE',
    text: (endpoint: string, cause: string) =>
      `The artifact store at ${endpoint} cannot be reached: ${cause}; try again later`,
  },
  TRACKING_ARTIFACT_STORE_REFUSED: {
    status: 503,
    wire: 'TEMPORARILY_UNAVAILABLE',
    text: (place: string, cause: string) =>
      `The artifact store ${place} refused this server: ${cause}; whoever runs the server must check its bucket, credentials and AWS_… settings`,
  },
  TRACKING_PRESIGNED_UNSUPPORTED: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (uri: string) =>
      `Presigned URLs are not supported for artifacts at '${uri}': they go through the artifact proxy of this server`,
  },
  TRACKING_RANGE_INVALID: {
    status: 416,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (range: string, size: number) =>
      `Range '${range}' cannot be satisfied: the artifact has ${size} bytes`,
  },
})
