/** What the calls about jobs need: a level on the job itself, as in the Jobs API. */
import type { Call, JobNeed, Need } from './access-needs.ts'
import type { JobLevel, JobSubject } from './jobs/index.ts'

const views = /\/(simulate|backfill\/preview|repair-preview)$/
const running = /\/(run-now|runs\/(cancel|cancel-all|repair)|backfill\/(create|cancel))$/
/** Answers of lists are filtered. */
const lists = /^jobs\/(list|runs\/list|runs|backfill\/list)$/

/** `workspace` is what a call needs that names no job. */
export function jobNeeds(call: Call, workspace: Need): readonly Need[] {
  const { path, inputs } = call
  const level = levelOf(call)
  const needs = subjectsOf(inputs).map((subject): JobNeed => ({
    kind: 'job',
    subject,
    level,
    otherwise: workspace,
  }))
  if (needs.length > 0) return needs
  if (lists.test(path)) return []
  return path.endsWith('/cancel-all') ? [{ kind: 'admin' }] : [workspace]
}

function levelOf({ method, path }: Call): JobLevel {
  if (method === 'GET' || views.test(path)) return 'CAN_VIEW'
  return running.test(path) ? 'CAN_MANAGE_RUN' : 'CAN_MANAGE'
}

const fields = [
  ['job_id', 'job'],
  ['run_id', 'run'],
  ['backfill_id', 'backfill'],
] as const

function subjectsOf(inputs: readonly unknown[]): JobSubject[] {
  return inputs.flatMap((input) =>
    fields.flatMap(([field, kind]) =>
      idsOf(valueOf(input, field)).map((id): JobSubject => ({ kind, id })),
    ),
  )
}

function valueOf(input: unknown, field: string): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined
  return (input as Readonly<Record<string, unknown>>)[field]
}

function idsOf(value: unknown): number[] {
  return [value]
    .flat()
    .filter((one) => one !== undefined && one !== null && one !== '')
    .map(Number)
    .filter(Number.isSafeInteger)
}
