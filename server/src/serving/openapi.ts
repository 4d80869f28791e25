import type { CellType, ModelFile, SignatureColumn } from './signature.ts'

type Json = Record<string, unknown>

const cellSchemas: Readonly<Record<CellType, Json>> = {
  double: { type: 'number', format: 'double' },
  float: { type: 'number', format: 'float' },
  long: { type: 'integer', format: 'int64' },
  integer: { type: 'integer', format: 'int32' },
  boolean: { type: 'boolean' },
  string: { type: 'string' },
  datetime: { type: 'string', format: 'date-time' },
  any: {},
}

/** An OpenAPI document for one endpoint, made from the signatures of the models it serves. */
export function describeEndpoint(
  endpoint: { readonly name: string; readonly url: string },
  models: readonly ModelFile[],
): Json {
  const bodies = models.map((model) => ({ schema: describeBody(model) }))
  const schema = bodies.length === 1 ? bodies[0]?.schema : { oneOf: bodies.map((b) => b.schema) }
  return {
    openapi: '3.1.0',
    info: { title: endpoint.name, version: '1' },
    servers: [{ url: `${endpoint.url}/serving-endpoints/${endpoint.name}` }],
    paths: {
      '/invocations': {
        post: {
          requestBody: { required: true, content: { 'application/json': { schema } } },
          responses: {
            200: {
              description: 'One prediction for each row',
              content: {
                'application/json': {
                  schema: {
                    type: 'object',
                    properties: { predictions: { type: 'array', items: {} } },
                  },
                },
              },
            },
            400: { description: 'The rows do not fit the signature of the model' },
          },
        },
      },
    },
  }
}

function describeBody(model: ModelFile): Json {
  const { inputs } = model
  if (inputs.kind === 'none') return { type: 'object' }
  if (inputs.kind === 'tensor') {
    const rows = { type: 'array', items: { type: 'array', items: cellSchemas[inputs.type] } }
    return { type: 'object', required: ['inputs'], properties: { inputs: rows } }
  }
  const record = {
    type: 'object',
    additionalProperties: false,
    required: inputs.columns.filter((column) => column.required).map((column) => column.name),
    properties: Object.fromEntries(inputs.columns.map((c) => [c.name, describeColumn(c)])),
  }
  return {
    type: 'object',
    required: ['dataframe_records'],
    properties: { dataframe_records: { type: 'array', items: record } },
  }
}

function describeColumn({ type, required }: SignatureColumn): Json {
  const schema = cellSchemas[type]
  return required || schema['type'] === undefined
    ? schema
    : { ...schema, type: [schema['type'], 'null'] }
}
