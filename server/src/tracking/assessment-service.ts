import { query, readScript, runScript, type Ctx, type Script } from '../core/index.ts'
import { trackingErrors } from './errors.ts'
import { getTraceRow, newAssessmentId } from './trace-service.ts'
import {
  deleteAssessmentRow,
  findAssessmentRow,
  upsertAssessment,
  type AssessmentRow,
} from './trace-store.ts'

/** A judgement about a trace (feedback or expectation) in MLflow's JSON. */
export type Assessment = Readonly<Record<string, unknown>>

/** Adds a judgement; one that it overrides is valid no longer. */
export async function createAssessment(
  ctx: Ctx,
  traceId: string,
  given: Assessment,
): Promise<Assessment> {
  const now = ctx.now()
  const kinds = ['feedback', 'expectation', 'issue'].filter((kind) => kind in given)
  if (typeof given['assessment_name'] !== 'string' || kinds.length !== 1) {
    throw trackingErrors.TRACKING_INVALID(
      'An assessment needs an assessment_name and exactly one of feedback, expectation and issue',
    )
  }
  return runScript(ctx, function* create(): Script<Assessment> {
    const trace = yield* getTraceRow(traceId)
    const overridden = given['overrides']
    if (typeof overridden === 'string' && overridden !== '') {
      const row = yield* getRow(trace.id, overridden)
      yield* write({ ...row, body: JSON.stringify({ ...parse(row), valid: false }) }, 0)
    }
    const id = newAssessmentId()
    const assessment = {
      create_time: now.toISOString(),
      last_update_time: now.toISOString(),
      valid: true,
      ...given,
      assessment_id: id,
      trace_id: traceId,
    }
    yield* write({ id, trace: trace.id, body: JSON.stringify(assessment) }, now.getTime())
    return assessment
  })
}

function* write(row: AssessmentRow, createdAt: number): Script<void> {
  yield* upsertAssessment(row, createdAt)
}

export async function getAssessment(ctx: Ctx, traceId: string, id: string): Promise<Assessment> {
  return readScript(
    ctx,
    (function* get(): Script<Assessment> {
      const trace = yield* getTraceRow(traceId)
      return parse(yield* getRow(trace.id, id))
    })(),
  )
}

const changeable = new Set([
  'assessment_name',
  'feedback',
  'expectation',
  'rationale',
  'metadata',
  'span_id',
  'source',
  'valid',
])

export interface UpdateAssessmentInput {
  readonly traceId: string
  readonly id: string
  readonly assessment: Assessment
  /** The fields that change, comma-separated, in either spelling: `assessmentName,feedback`. */
  readonly mask: string
}

export async function updateAssessment(
  ctx: Ctx,
  input: UpdateAssessmentInput,
): Promise<Assessment> {
  const names = input.mask
    .split(',')
    .map((name) => name.trim().replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
  const unknown = names.find((name) => !changeable.has(name))
  if (unknown !== undefined) {
    throw trackingErrors.TRACKING_INVALID(
      `update_mask names '${unknown}', which can not be changed; it takes ${[...changeable].join(', ')}`,
    )
  }
  const changes = Object.fromEntries(names.map((name) => [name, input.assessment[name]]))
  return runScript(ctx, function* update(): Script<Assessment> {
    const trace = yield* getTraceRow(input.traceId)
    const row = yield* getRow(trace.id, input.id)
    const updated = { ...parse(row), ...changes, last_update_time: ctx.now().toISOString() }
    yield* write({ ...row, body: JSON.stringify(updated) }, 0)
    return updated
  })
}

export async function deleteAssessment(ctx: Ctx, traceId: string, id: string): Promise<void> {
  await runScript(ctx, function* remove(): Script<void> {
    const trace = yield* getTraceRow(traceId)
    const row = yield* findAssessmentRow(trace.id, id)
    if (!row) return
    yield* deleteAssessmentRow(id)
    yield* reviveOverridden(trace.id, parse(row))
  })
}

/** What a deleted judgement had overridden counts again. */
function* reviveOverridden(trace: number, deleted: Assessment): Script<void> {
  const overridden = deleted['overrides']
  if (typeof overridden !== 'string' || overridden === '') return
  const row = yield* findAssessmentRow(trace, overridden)
  if (row) yield* write({ ...row, body: JSON.stringify({ ...parse(row), valid: true }) }, 0)
}

function* getRow(trace: number, id: string): Script<AssessmentRow> {
  const row = yield* findAssessmentRow(trace, id)
  if (row) return row
  const [named] = yield* query<{ trace_id: string }>(
    'select trace_id from tracking_trace where id = ?',
    trace,
  )
  throw trackingErrors.TRACKING_ASSESSMENT_NOT_FOUND(id, named?.trace_id ?? '')
}

function parse(row: AssessmentRow): Assessment {
  return JSON.parse(row.body) as Assessment
}
