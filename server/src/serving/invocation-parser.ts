import { servingErrors } from './errors.ts'

/** The rows of a scoring request, as they came, before any model has looked at them. */
export type RequestRows =
  /** `dataframe_split` and CSV: one name per position. */
  | {
      readonly kind: 'split'
      readonly columns: readonly string[]
      readonly rows: readonly (readonly unknown[])[]
    }
  /** `dataframe_records`, and `instances` or `inputs` made of objects. */
  | { readonly kind: 'records'; readonly records: readonly Readonly<Record<string, unknown>>[] }
  /** `inputs` as an object of equally long lists. */
  | { readonly kind: 'lists'; readonly lists: Readonly<Record<string, readonly unknown[]>> }
  /** `instances` and `inputs` as lists without names. */
  | { readonly kind: 'unnamed'; readonly rows: readonly unknown[] }

export interface ScoringRequest {
  readonly rows: RequestRows
  readonly params: Readonly<Record<string, unknown>> | undefined
  readonly clientRequestId: string | undefined
  /** Every cell is text: numbers must be read from it. */
  readonly isText: boolean
}

const formats = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const
type Format = (typeof formats)[number]
const otherFields = new Set<string>(['params', 'client_request_id'])

const expectation =
  'The input must be a JSON object with exactly one of the fields ' +
  "'dataframe_split', 'dataframe_records', 'instances' or 'inputs'"

/** Reads the body of `POST /invocations`: MLflow's scoring protocol. */
export function parseScoringRequest(body: string, contentType: string): ScoringRequest {
  const type = mediaType(contentType)
  if (type === 'text/csv') return parseCsvRequest(body)
  return parseJsonRequest(body)
}

function mediaType(header: string): 'application/json' | 'text/csv' {
  if (header === 'application/json') return header
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase())
  const charset = parameters.find((p) => p.startsWith('charset='))?.slice('charset='.length)
  const isUtf8 = charset === undefined || /^"?utf-?8"?$/.test(charset)
  if (isUtf8 && (type === 'application/json' || type === 'text/csv')) return type
  throw servingErrors.SERVING_MEDIA_TYPE_UNSUPPORTED(header)
}

function parseJsonRequest(body: string): ScoringRequest {
  const decoded = decodeJson(body)
  if (typeof decoded !== 'object' || decoded === null || Array.isArray(decoded)) {
    throw servingErrors.SERVING_BODY_INVALID(`${expectation}; found ${describe(decoded)}`)
  }
  const request = decoded as Record<string, unknown>
  let format: Format | undefined
  for (const key of Object.keys(request)) {
    if (otherFields.has(key)) continue
    if (format !== undefined || !formats.includes(key as Format)) throw refuseFields(request)
    format = key as Format
  }
  if (format === undefined) throw refuseFields(request)
  return {
    rows: readRows(format, request[format]),
    params: readParams(request['params']),
    clientRequestId: readClientId(request['client_request_id']),
    isText: false,
  }
}

function refuseFields(request: Record<string, unknown>): Error {
  const found = Object.keys(request).map((key) => `'${key}'`)
  return servingErrors.SERVING_BODY_INVALID(
    `${expectation}, and optionally 'params' and 'client_request_id'; found [${found.join(', ')}]`,
  )
}

function decodeJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (cause) {
    // Python's json writes NaN and Infinity, which JSON does not have; both mean a missing value.
    const repaired = body.replaceAll(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) =>
      token.startsWith('"') ? token : 'null',
    )
    try {
      if (repaired !== body) return JSON.parse(repaired)
    } catch {
      // The first error is the one to tell.
    }
    throw servingErrors
      .SERVING_BODY_INVALID(`The request body is not valid JSON: ${(cause as Error).message}`)
      .with({ cause })
  }
}

function readRows(format: Format, value: unknown): RequestRows {
  switch (format) {
    case 'dataframe_split':
      return readSplit(value)
    case 'dataframe_records':
      if (isListOfRecords(value)) return { kind: 'records', records: value }
      throw refuse(format, 'a list of objects, one per row', value)
    case 'instances':
      if (isListOfRecords(value)) return { kind: 'records', records: value }
      if (Array.isArray(value)) return { kind: 'unnamed', rows: value }
      throw refuse(format, 'a list of rows', value)
    case 'inputs':
      return readInputs(value)
  }
}

function readSplit(value: unknown): RequestRows {
  if (isRecord(value)) {
    const { columns, data } = value
    const unknown = Object.keys(value).filter((k) => !['columns', 'data', 'index'].includes(k))
    if (Array.isArray(data) && Array.isArray(columns) && unknown.length === 0) {
      const width = columns.length
      const bad = data.findIndex((row) => !Array.isArray(row) || row.length !== width)
      if (bad >= 0) {
        const found = Array.isArray(data[bad]) ? `${data[bad].length} values` : describe(data[bad])
        throw servingErrors.SERVING_BODY_INVALID(
          `Row ${bad} of 'dataframe_split' has ${found}; expected one value for each of the ${width} columns`,
        )
      }
      return { kind: 'split', columns: columns.map(String), rows: data as unknown[][] }
    }
  }
  throw refuse('dataframe_split', "an object with 'columns' and 'data' (and 'index')", value)
}

function readInputs(value: unknown): RequestRows {
  if (isListOfRecords(value)) return { kind: 'records', records: value }
  if (Array.isArray(value)) return { kind: 'unnamed', rows: value }
  if (!isRecord(value)) throw refuse('inputs', 'a list of rows or an object of lists', value)
  const names = Object.keys(value)
  const lists = names.map((name) => value[name])
  if (names.length > 0 && lists.every((item) => !Array.isArray(item))) {
    return { kind: 'records', records: [value] }
  }
  const lengths = new Set(lists.map((item) => (Array.isArray(item) ? item.length : -1)))
  if (lengths.size === 1 && !lengths.has(-1)) {
    return { kind: 'lists', lists: value as Record<string, unknown[]> }
  }
  throw servingErrors.SERVING_BODY_INVALID(
    `The lists in 'inputs' must all have the same length; found ${names
      .map((name, i) => `'${name}': ${Array.isArray(lists[i]) ? lists[i].length : 'no list'}`)
      .join(', ')}`,
  )
}

function readParams(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined || value === null) return undefined
  if (isRecord(value)) return value
  throw servingErrors.SERVING_PARAMS_INVALID(`'params' must be an object; found ${describe(value)}`)
}

function readClientId(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw servingErrors.SERVING_BODY_INVALID(
    `'client_request_id' must be text; found ${describe(value)}`,
  )
}

/** A header line and rows; quotes as in RFC 4180; an empty cell is a missing value. */
function parseCsvRequest(body: string): ScoringRequest {
  const [columns, ...lines] = parseCsv(body)
  if (!columns) throw servingErrors.SERVING_BODY_INVALID('The CSV body is empty')
  for (const [index, line] of lines.entries()) {
    if (line.length === columns.length) continue
    throw servingErrors.SERVING_BODY_INVALID(
      `Line ${index + 2} of the CSV body has ${line.length} values; the header has ${columns.length} columns`,
    )
  }
  const rows = lines.map((line) => line.map((cell) => (cell === '' ? null : cell)))
  return {
    rows: { kind: 'split', columns, rows },
    params: undefined,
    clientRequestId: undefined,
    isText: true,
  }
}

const csvToken = /("(?:[^"]|"")*"|[^,\r\n"]*)(,|\r\n|\n|\r|$)/y

function parseCsv(text: string): string[][] {
  const lines: string[][] = []
  let line: string[] = []
  csvToken.lastIndex = 0
  while (csvToken.lastIndex < text.length) {
    const start = csvToken.lastIndex
    const match = csvToken.exec(text)
    if (!match) {
      throw servingErrors.SERVING_BODY_INVALID(
        `Line ${lines.length + 1} of the CSV body has a stray quote near '${text.slice(start, start + 20)}'`,
      )
    }
    const [, cell = '', end] = match
    line.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)
    if (end === ',' && csvToken.lastIndex < text.length) continue
    if (end === ',') line.push('')
    if (line.length > 1 || line[0] !== '') lines.push(line)
    line = []
  }
  return lines
}

function refuse(format: Format, expected: string, found: unknown): Error {
  return servingErrors.SERVING_BODY_INVALID(
    `'${format}' must be ${expected}; found ${describe(found)}`,
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isListOfRecords(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.length > 0 && value.every(isRecord)
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return `an object with [${Object.keys(value).join(', ')}]`
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
