import { defineErrors } from '../core/index.ts'

const quoted = (names: readonly string[]): string => names.map((n) => `'${n}'`).join(', ')

export const servingErrors = defineErrors({
  SERVING_BODY_INVALID: {
    status: 400,
    wire: 'BAD_REQUEST',
    text: (problem: string) => problem,
    meaning: 'The rows to score cannot be read',
  },
  SERVING_MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    wire: 'BAD_REQUEST',
    text: (found: string) =>
      `Content-Type '${found}' is not supported for scoring; send application/json or text/csv, in UTF-8`,
  },
  SERVING_COLUMNS_MISSING: {
    status: 400,
    wire: 'BAD_REQUEST',
    text: (missing: readonly string[], found: readonly string[]) =>
      `Model is missing inputs [${quoted(missing)}]; found [${quoted(found)}]. Send every column of the model's signature by name`,
  },
  SERVING_COLUMNS_UNKNOWN: {
    status: 400,
    wire: 'BAD_REQUEST',
    text: (unknown: readonly string[], known: readonly string[]) =>
      `Columns [${quoted(unknown)}] are not in the model's signature, which has [${quoted(known)}]. Remove them, or check their spelling`,
  },
  SERVING_VALUE_INVALID: {
    status: 400,
    wire: 'BAD_REQUEST',
    text: (place: { column: string; row: number }, type: string, found: string) =>
      `Row ${place.row}, column '${place.column}': expected ${type}, found ${found}`,
  },
  SERVING_PARAMS_INVALID: {
    status: 400,
    wire: 'BAD_REQUEST',
    text: (problem: string) => problem,
    meaning: 'The params of a scoring do not fit the model’s signature',
  },
  SERVING_SIGNATURE_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (model: string, problem: string) => `Model ${model} cannot be served: ${problem}`,
  },
  SERVING_MODEL_FAILED: {
    status: 400,
    wire: 'BAD_REQUEST',
    text: (model: string, problem: string) =>
      `Model ${model} failed on this input: ${problem}. Check that the rows look like the data it was trained on`,
  },
  SERVING_PROCESS_ENDED: {
    status: 503,
    wire: 'TEMPORARILY_UNAVAILABLE',
    text: (model: string, problem: string) =>
      `Model ${model} lost its process: ${problem}. Send the request again; the model is loaded anew`,
  },
  SERVING_MODEL_UNAVAILABLE: {
    status: 503,
    wire: 'TEMPORARILY_UNAVAILABLE',
    text: (model: string, problem: string) => `Model ${model} cannot answer now: ${problem}`,
  },
  SERVING_ENDPOINT_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string) =>
      `There is no serving endpoint '${name}'. GET /api/2.0/serving-endpoints lists those there are`,
  },
  SERVING_ENDPOINT_EXISTS: {
    status: 400,
    wire: 'RESOURCE_ALREADY_EXISTS',
    text: (name: string) =>
      `A serving endpoint '${name}' exists already; change it with PUT /api/2.0/serving-endpoints/${name}/config`,
  },
  SERVING_ENDPOINT_NOT_READY: {
    status: 503,
    wire: 'TEMPORARILY_UNAVAILABLE',
    text: (name: string, state: string) =>
      `Serving endpoint '${name}' is not ready: ${state}. Ask again in a moment, or see GET /api/2.0/serving-endpoints/${name}`,
  },
  SERVING_ENDPOINT_AMBIGUOUS: {
    status: 400,
    wire: 'BAD_REQUEST',
    text: (names: readonly string[]) =>
      names.length === 0
        ? 'No serving endpoint exists; create one with POST /api/2.0/serving-endpoints'
        : `/invocations serves a single endpoint, and there are [${quoted(names)}]; use /serving-endpoints/NAME/invocations`,
  },
  SERVING_UPDATE_IN_PROGRESS: {
    status: 409,
    wire: 'RESOURCE_CONFLICT',
    text: (name: string) =>
      `Serving endpoint '${name}' is being updated; wait until state.config_update is NOT_UPDATING`,
  },
  SERVING_CONFIG_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => problem,
    meaning: 'An endpoint cannot be configured so',
  },
  SERVING_ENTITY_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (endpoint: string, name: string, known: readonly string[]) =>
      `Serving endpoint '${endpoint}' serves no '${name}', only [${quoted(known)}]`,
  },
  SERVING_MODEL_URI_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (found: string) =>
      `'${found}' does not name a model version; write models:/NAME/3, models:/NAME/Production, models:/NAME@ALIAS or models:/NAME/latest`,
  },
  SERVING_STAGE_EMPTY: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string, stage: string) => `Model '${name}' has no version in stage ${stage}`,
  },
  SERVING_SOURCE_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => problem,
    meaning: 'What a scoring reads or writes cannot be used',
  },
  SERVING_KEY_REUSED: {
    status: 409,
    wire: 'RESOURCE_CONFLICT',
    text: (key: string) =>
      `Idempotency key '${key}' was used for another scoring; send a new key for a new request`,
  },
  SERVING_STREAM_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string) =>
      `There is no scoring stream '${name}'. GET /api/millrace/1.0/serving/streams lists those there are`,
  },
  SERVING_STREAM_EXISTS: {
    status: 400,
    wire: 'RESOURCE_ALREADY_EXISTS',
    text: (name: string) =>
      `A scoring stream '${name}' exists with another model, table or columns; delete it first, or choose another name`,
  },
})
