import { createHash } from 'node:crypto'
import { newHexId, readScript, runScript, type Ctx, type Script } from '../core/index.ts'
import { decodePageToken, encodePageToken } from '../tracking/index.ts'
import { countRecords, findRecordByInputs, getDatasetRow, listRecordRows } from './dataset-reads.ts'
import { digestOf, userTag } from './dataset-service.ts'
import {
  deleteRecordRows,
  insertRecord,
  updateDatasetRow,
  updateRecord,
  type DatasetRow,
  type RecordRow,
} from './dataset-store.ts'
import { evaluationErrors } from './errors.ts'
import { canonicalJson, formatPythonJson, parsePythonJson, typeName } from './python-json.ts'
import { SourceType, type DatasetRecord, type JsonObject, type RecordBody } from './types.ts'

export interface Upserted {
  readonly inserted: number
  readonly updated: number
}

/** A record as it came; what it does not name stays as it is. */
type GivenRecord = Partial<RecordBody> & { readonly inputs: JsonObject }

/**
 * Adds records, given as JSON text of a list. Those whose inputs the dataset has already are merged
 * into what it has: outputs are replaced, expectations and tags added to.
 */
export async function upsertRecords(ctx: Ctx, datasetId: string, text: string): Promise<Upserted> {
  const records = parseRecords(text)
  const now = ctx.now().getTime()
  return runScript(ctx, function* upsert(): Script<Upserted> {
    const dataset = yield* getDatasetRow(datasetId)
    let updated = 0
    for (const record of records) {
      const isKnown = yield* upsertRecord(dataset.id, record, now)
      if (isKnown) updated += 1
    }
    yield* updateDatasetRow(dataset.id, {
      schema_json: schemaWith(dataset, records),
      record_count: yield* countRecords(dataset.id),
      digest: digestOf(dataset.name, now),
      updated_at: now,
      updated_by: records.map(userOf).findLast((user) => user !== undefined) ?? '',
    })
    return { inserted: records.length - updated, updated }
  })
}

/** Whether the dataset had a record of these inputs. */
function* upsertRecord(dataset: number, record: GivenRecord, now: number): Script<boolean> {
  const inputHash = createHash('sha256').update(canonicalJson(record.inputs)).digest('hex')
  const known = yield* findRecordByInputs(dataset, inputHash)
  const user = userOf(record)
  if (known) {
    const body = merge(parsePythonJson(known.body) as RecordBody, record)
    yield* updateRecord({
      id: known.id,
      body: formatPythonJson(body),
      updated_at: now,
      updated_by: user ?? known.updated_by,
    })
    return true
  }
  const { outputs = {}, expectations = null, tags = {}, source = null } = record
  yield* insertRecord(
    { dataset, inputHash },
    {
      record_id: `dr-${newHexId()}`,
      body: formatPythonJson({ inputs: record.inputs, outputs, expectations, tags, source }),
      created_at: now,
      updated_at: now,
      created_by: user ?? '',
      updated_by: user ?? '',
    },
  )
  return false
}

function merge(known: RecordBody, given: GivenRecord): RecordBody {
  const { expectations, tags } = given
  const isEmpty = (value: JsonObject | null | undefined) =>
    !value || Object.keys(value).length === 0
  return {
    ...known,
    outputs: given.outputs === undefined ? known.outputs : given.outputs,
    expectations: isEmpty(expectations)
      ? known.expectations
      : { ...known.expectations, ...expectations },
    tags: { ...known.tags, ...tags },
  }
}

function userOf({ tags }: GivenRecord): string | undefined {
  const user = tags?.[userTag]
  return typeof user === 'string' ? user : undefined
}

function parseRecords(text: string): GivenRecord[] {
  const records = parseJson(text)
  if (!Array.isArray(records)) {
    throw evaluationErrors.EVALUATION_INVALID("'records' must be the JSON text of a list")
  }
  return records.map(toRecord)
}

function parseJson(text: string): unknown {
  try {
    return parsePythonJson(text)
  } catch (cause) {
    const problem = (cause as SyntaxError).message
    throw evaluationErrors.EVALUATION_INVALID(`'records' is not JSON: ${problem}`)
  }
}

function toRecord(given: unknown, index: number): GivenRecord {
  const where = `records[${index}]`
  const record = toObject(given, where)
  if (!record) throw evaluationErrors.EVALUATION_INVALID(`${where} must be an object`)
  const inputs = toObject(record['inputs'], `${where}.inputs`)
  if (!inputs) {
    throw evaluationErrors.EVALUATION_INVALID(`${where} must have an 'inputs' field`)
  }
  const expectations = toObject(record['expectations'], `${where}.expectations`)
  const tags = toObject(record['tags'], `${where}.tags`)
  const source = toObject(record['source'], `${where}.source`)
  return {
    inputs,
    ...('outputs' in record ? { outputs: record['outputs'] } : {}),
    ...(expectations ? { expectations } : {}),
    ...(tags ? { tags } : {}),
    ...(source ? { source: toSource(source, where) } : {}),
  }
}

function toObject(value: unknown, where: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'object' && !Array.isArray(value)) return value as JsonObject
  throw evaluationErrors.EVALUATION_INVALID(`${where} must be an object, not ${typeName(value)}`)
}

function toSource(source: JsonObject, where: string): RecordBody['source'] {
  const named = String(source['source_type']).toUpperCase()
  const type = Object.values(SourceType).find((known) => known === named)
  if (type === undefined) {
    throw evaluationErrors.EVALUATION_INVALID(
      `Invalid dataset record source type: ${named}. Valid source types: ${Object.values(SourceType).join(', ')}`,
    )
  }
  const data = toObject(source['source_data'], `${where}.source.source_data`)
  return { source_type: type, source_data: data ?? {} }
}

interface Schema {
  readonly inputs: Record<string, string>
  outputs: Record<string, string> | string
  readonly expectations: Record<string, string>
  readonly version: string
}

/** The dataset's schema with the fields that it did not know; as text. */
function schemaWith(dataset: DatasetRow, records: readonly GivenRecord[]): string {
  if (records.length === 0) return dataset.schema_json
  const schema: Schema =
    dataset.schema_json === ''
      ? { inputs: {}, outputs: {}, expectations: {}, version: '1.0' }
      : (JSON.parse(dataset.schema_json) as Schema)
  for (const { inputs, outputs, expectations } of records) {
    addFields(schema.inputs, inputs)
    addFields(schema.expectations, expectations ?? {})
    addOutputs(schema, outputs)
  }
  return JSON.stringify(schema)
}

function addOutputs(schema: Schema, outputs: unknown): void {
  if (outputs === undefined || outputs === null) return
  const type = typeName(outputs)
  if (typeof schema.outputs === 'string') return
  if (type === 'object') return addFields(schema.outputs, outputs as JsonObject)
  if (Object.keys(schema.outputs).length === 0) schema.outputs = type
}

function addFields(known: Record<string, string>, fields: JsonObject): void {
  for (const [key, value] of Object.entries(fields)) known[key] ??= typeName(value)
}

/** How many of the named records there were. */
export async function deleteRecords(
  ctx: Ctx,
  datasetId: string,
  recordIds: readonly string[],
): Promise<number> {
  const now = ctx.now().getTime()
  return runScript(ctx, function* remove(): Script<number> {
    const dataset = yield* getDatasetRow(datasetId)
    const deleted = yield* deleteRecordRows(dataset.id, recordIds)
    if (deleted > 0) {
      yield* updateDatasetRow(dataset.id, {
        record_count: yield* countRecords(dataset.id),
        digest: digestOf(dataset.name, now),
        updated_at: now,
      })
    }
    return deleted
  })
}

export interface RecordPage {
  readonly records: readonly DatasetRecord[]
  readonly nextPageToken: string | undefined
}

export interface ListRecordsInput {
  readonly datasetId: string
  readonly maxResults: number
  readonly pageToken: string | undefined
}

/** Records in the order in which they came. */
export async function listRecords(ctx: Ctx, input: ListRecordsInput): Promise<RecordPage> {
  if (input.maxResults < 1) {
    throw evaluationErrors.EVALUATION_INVALID(
      `Invalid value ${input.maxResults} for parameter 'max_results' supplied. It must be a positive integer`,
    )
  }
  return readScript(ctx, list(input))
}

function* list({ datasetId, maxResults, pageToken }: ListRecordsInput): Script<RecordPage> {
  const dataset = yield* getDatasetRow(datasetId)
  const kind = JSON.stringify(['records', datasetId])
  const [after = 0] = pageToken ? decodePageToken(kind, pageToken) : []
  const rows = yield* listRecordRows(dataset.id, { after: Number(after), limit: maxResults + 1 })
  const page = rows.slice(0, maxResults)
  const last = rows.length > page.length ? page.at(-1) : undefined
  return {
    records: page.map((row) => toDatasetRecord(datasetId, row)),
    nextPageToken: last && encodePageToken(kind, [last.id]),
  }
}

function toDatasetRecord(datasetId: string, row: RecordRow): DatasetRecord {
  return {
    recordId: row.record_id,
    datasetId,
    body: parsePythonJson(row.body) as RecordBody,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
    updatedBy: row.updated_by,
  }
}
