import { Type, type Static } from 'typebox'
import { closed } from '../closed-object.ts'
import { Periodic } from '../triggers/schemas.ts'
import { mostIntervals } from './cadence.ts'

const time = (description: string) => Type.Optional(Type.Integer({ minimum: 0, description }))

const CadenceSchema = Type.Union([
  closed({
    quartz_cron_expression: Type.String({ description: 'As in a schedule of a job.' }),
    timezone_id: Type.String({ description: 'IANA or Java time zone.' }),
  }),
  Periodic,
])

const request = {
  job_id: Type.Integer({ description: 'The job.' }),
  from_ms: time('Start of the range, epoch milliseconds, included.'),
  to_ms: time('End of the range, epoch milliseconds, not included.'),
  times_ms: Type.Optional(
    Type.Array(Type.Integer({ minimum: 0 }), {
      minItems: 1,
      maxItems: mostIntervals,
      description: 'Instead of a range: the logical times, epoch milliseconds.',
    }),
  ),
  cadence: Type.Optional(CadenceSchema),
  job_parameters: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description: 'Values of job parameters; they may refer to {{backfill.iso_date}}.',
    }),
  ),
  only: Type.Optional(
    Type.Array(Type.String(), {
      minItems: 1,
      description: 'Task keys; +t adds the tasks before t, t+ those after it.',
    }),
  ),
  reprocess: Type.Optional(
    Type.Union([Type.Literal('none'), Type.Literal('failed'), Type.Literal('completed')], {
      description:
        'Where a run is there already: leave it (default), repair it when it failed, or run anew.',
    }),
  ),
  failed_only: Type.Optional(
    Type.Boolean({ description: 'Leave out times that have no run yet. Default false.' }),
  ),
  max_parallel: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1000, description: 'Runs at a time. Default 1.' }),
  ),
  backwards: Type.Optional(Type.Boolean({ description: 'Newest first. Default false.' })),
}

const page = {
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'At most so many.' }),
  page_token: Type.Optional(Type.String({ description: 'Of the page before.' })),
}

export const PreviewBackfill = closed({ ...request, ...page })
export const CreateBackfill = closed({
  ...request,
  idempotency_token: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'The same token again answers the same backfill.',
    }),
  ),
})
export type CreateBackfill = Static<typeof CreateBackfill>

const backfillId = Type.Integer({ description: 'The backfill.' })
export const BackfillId = closed({ backfill_id: backfillId })
export const GetBackfill = closed({
  backfill_id: backfillId,
  state: Type.Optional(
    Type.Union(
      [
        Type.Literal('WAITING'),
        Type.Literal('RUNNING'),
        Type.Literal('SUCCEEDED'),
        Type.Literal('FAILED'),
        Type.Literal('SKIPPED'),
        Type.Literal('CANCELED'),
      ],
      { description: 'Only intervals in this state.' },
    ),
  ),
  ...page,
})
export type GetBackfill = Static<typeof GetBackfill>
export const ListBackfills = closed({
  job_id: Type.Optional(Type.Integer({ description: 'Only those of this job.' })),
  ...page,
})
