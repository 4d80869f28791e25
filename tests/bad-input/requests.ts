import fc from 'fast-check'

/** As much of a JSON Schema as our OpenAPI description uses. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
}

interface Parameter {
  readonly in: 'path' | 'query' | 'header'
  readonly name: string
  readonly schema: Schema
}

export interface Operation {
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body: Schema | undefined
}

export interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly parameters?: readonly Parameter[]
            readonly requestBody?: {
              readonly content: Readonly<Record<string, { readonly schema: Schema }>>
            }
          }
        >
      >
    >
  >
}

export function listOperations(openApi: OpenApi): Operation[] {
  return Object.entries(openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      body: requestBody?.content['application/json']?.schema,
    })),
  )
}

export interface FuzzRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly contentType: string | undefined
  readonly body: Buffer | undefined
}

const nastyTexts = [
  '',
  '%00',
  '\0',
  '١٢',
  '\u202e',
  '\ud800',
  'a'.repeat(300),
  'a'.repeat(20_000),
  '\r\n',
  "name = 'x' AND",
  "' or 1=1 --",
  'a = ',
  '${x}',
  ...' . .. ../../etc/passwd / // % \' " \\ ` null true 0 -1 1e999 NaN [] {} ((('.split(' '),
  ...'9223372036854775808 😀 {{job.id}} {{ a.b.c.d __proto__ constructor'.split(' '),
]
const nastyNumbers = [
  0,
  -1,
  1,
  0.5,
  -0.5,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  1e308,
  1e-308,
  253402300800000,
]

/** Requests that mostly fit the operation, with `known` names in it, and wrong in one place or many. */
export function requestTo(
  operation: Operation,
  known: readonly string[],
): fc.Arbitrary<FuzzRequest> {
  const any = valueArbitrary(known)
  const query = fc.record(
    Object.fromEntries(ofKind(operation, 'query').map((p) => [p.name, any.of(p.schema)])),
    { requiredKeys: [] },
  )
  const path = fc.record(
    Object.fromEntries(ofKind(operation, 'path').map((p) => [p.name, any.text])),
  )
  return fc
    .record({ path, query, body: bodyOf(operation, any) })
    .map(({ path: names, query: asked, body }) => ({
      method: operation.method,
      path: fill(operation.path, names) + search(asked),
      ...body,
    }))
}

function ofKind(operation: Operation, kind: Parameter['in']): Parameter[] {
  return operation.parameters.filter((parameter) => parameter.in === kind)
}

type Body = Pick<FuzzRequest, 'contentType' | 'body'>

function bodyOf(operation: Operation, any: Values): fc.Arbitrary<Body> {
  const none: Body = { contentType: undefined, body: undefined }
  if (operation.method === 'GET') return fc.constant(none)
  const json = (value: unknown): Body => ({
    contentType: 'application/json',
    body: Buffer.from(JSON.stringify(value) ?? ''),
  })
  const raw = fc.record({
    contentType: fc.constantFrom(
      'application/json',
      'text/csv',
      'application/octet-stream',
      'text/plain',
      'application/x-protobuf',
      'multipart/form-data; boundary=x',
      'nonsense',
    ),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom('{', '{"a":', '[1,', 'null', '""', '{"a":1}{}', 'a,b\n1', '\ufeff{}')
        .map(toBuffer),
    ),
  })
  return fc.oneof(
    { weight: 8, arbitrary: any.of(operation.body ?? {}).map(json) },
    { weight: 1, arbitrary: any.anything.map(json) },
    { weight: 1, arbitrary: raw },
    { weight: 1, arbitrary: fc.constant(none) },
  )
}

function toBuffer(text: string): Buffer {
  return Buffer.from(text)
}

interface Values {
  readonly text: fc.Arbitrary<string>
  readonly anything: fc.Arbitrary<unknown>
  readonly of: (schema: Schema, depth?: number) => fc.Arbitrary<unknown>
}

function valueArbitrary(known: readonly string[]): Values {
  const text = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...known) },
    { weight: 2, arbitrary: fc.constantFrom(...nastyTexts) },
    { weight: 1, arbitrary: fc.string({ maxLength: 12, unit: 'binary' }) },
  )
  const number = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom(...nastyNumbers))
  const anything = fc.oneof(text, number, fc.constantFrom(null, true, [], {}), fc.jsonValue())
  const fitting = (schema: Schema, depth: number): fc.Arbitrary<unknown> => {
    const options = schema.anyOf ?? (schema.enum?.map((value) => ({ const: value })) as Schema[])
    if (options) return fc.oneof(...options.map((option) => of(option, depth)))
    if ('const' in schema) return fc.constant(schema.const)
    const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
    const byType: Readonly<Record<string, () => fc.Arbitrary<unknown>>> = {
      object: () => objectOf(schema, depth),
      array: () => fc.array(of(schema.items ?? {}, depth + 1), { maxLength: 3 }),
      integer: () => number,
      number: () => number,
      boolean: () => fc.boolean(),
      string: () => text,
    }
    return byType[type ?? '']?.() ?? anything
  }
  const objectOf = (schema: Schema, depth: number): fc.Arbitrary<unknown> => {
    const { properties, required = [], additionalProperties } = schema
    // Deep and optional is left out: settings of jobs nest without an end.
    const entries = Object.entries(properties ?? {}).filter(
      ([name]) => depth < 5 || required.includes(name),
    )
    const named = fc.record(
      Object.fromEntries(entries.map(([name, property]) => [name, of(property, depth + 1)])),
      { requiredKeys: required.filter((name) => properties?.[name]) },
    )
    if (typeof additionalProperties !== 'object') return named
    const others = fc.dictionary(text, of(additionalProperties, depth + 1), { maxKeys: 3 })
    return fc.tuple(named, others).map(([one, other]) => ({ ...other, ...one }))
  }
  const of = (schema: Schema, depth = 0): fc.Arbitrary<unknown> =>
    fc.oneof(
      { weight: 60, arbitrary: fc.constant(schema).chain((given) => fitting(given, depth)) },
      { weight: 1, arbitrary: anything },
    )
  return { text, anything, of }
}

function fill(path: string, names: Readonly<Record<string, unknown>>): string {
  return path.replaceAll(/\{([^}]+)\}/g, (_all, name: string) => encode(names[name]))
}

function search(asked: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(asked).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${name}=${encode(one)}`),
  )
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

// A lone surrogate cannot be encoded; it goes as the bytes that a careless client would send.
function encode(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80'
}
