import { Type, type Static } from 'typebox'
import { closed } from './closed-object.ts'
import { CreateJob, JobSettings } from './settings-schema.ts'

export const RunId = closed({ run_id: Type.Integer({ description: 'A run, or a task run.' }) })

const textMap = (description: string) =>
  Type.Optional(Type.Record(Type.String(), Type.String(), { description }))
const queue = Type.Optional(closed({ enabled: Type.Boolean({ description: 'Wait, not skip.' }) }))
const token = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 64,
    description: 'The same token again answers the same run.',
  }),
)

const overrides = {
  job_parameters: textMap('Values of job parameters in this run.'),
  notebook_params: textMap('Widgets of every notebook task.'),
  python_params: Type.Optional(
    Type.Array(Type.String(), { description: 'Arguments of every Python task.' }),
  ),
  python_named_params: textMap('Named arguments of every wheel task.'),
  sql_params: textMap('Parameters of every SQL task.'),
}

export const RunNow = closed({
  job_id: Type.Integer({ description: 'The job.' }),
  idempotency_token: token,
  queue,
  only: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Task keys; +t adds the tasks before t, t+ those after it.',
    }),
  ),
  ...overrides,
})
export type RunNow = Static<typeof RunNow>

const {
  name: _name,
  description: _description,
  tags: _tags,
  schedule: _schedule,
  trigger: _trigger,
  continuous: _continuous,
  max_concurrent_runs: _max,
  format: _format,
  edit_mode: _edit,
  deployment: _deployment,
  parent_path: _parent,
  parameters: _parameters,
  ...submitFields
} = CreateJob.properties

export const Submit = closed({
  ...submitFields,
  run_name: Type.Optional(Type.String({ maxLength: 4096, description: 'Default Untitled.' })),
  idempotency_token: token,
})
export type Submit = Static<typeof Submit>

export const GetRun = closed({
  run_id: Type.Integer({ description: 'A run, or a task run.' }),
  include_history: Type.Optional(Type.Boolean({ description: 'Adds repair_history.' })),
  include_resolved_values: Type.Optional(
    Type.Boolean({ description: 'Adds what references stood for.' }),
  ),
  page_token: Type.Optional(Type.String({ description: 'Of the page before.' })),
})

export const ExportRun = closed({
  run_id: Type.Integer({ description: 'A task run of a notebook task.' }),
  views_to_export: Type.Optional(
    Type.Union([Type.Literal('CODE'), Type.Literal('DASHBOARDS'), Type.Literal('ALL')], {
      description: 'Default CODE; there are no dashboards.',
    }),
  ),
})

export const ListRuns = closed({
  job_id: Type.Optional(Type.Integer({ description: 'Only runs of this job.' })),
  active_only: Type.Optional(Type.Boolean({ description: 'Only runs that have not ended.' })),
  completed_only: Type.Optional(Type.Boolean({ description: 'Only runs that have ended.' })),
  run_type: Type.Optional(
    Type.Union([Type.Literal('JOB_RUN'), Type.Literal('SUBMIT_RUN'), Type.Literal('WORKFLOW_RUN')]),
  ),
  limit: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 100, description: 'Default 20; 0 for the most.' }),
  ),
  offset: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 0, description: 'Only 0: use page_token.' }),
  ),
  start_time_from: Type.Optional(Type.Integer({ description: 'Epoch ms, included.' })),
  start_time_to: Type.Optional(Type.Integer({ description: 'Epoch ms, included.' })),
  expand_tasks: Type.Optional(Type.Boolean({ description: 'Adds the tasks of each run.' })),
  page_token: Type.Optional(Type.String({ description: 'Of the page before.' })),
})
export type ListRuns = Static<typeof ListRuns>

export const Repair = closed({
  run_id: Type.Integer({ description: 'An ended run.' }),
  latest_repair_id: Type.Optional(
    Type.Integer({ description: 'The newest repair; needed from the second on.' }),
  ),
  rerun_tasks: Type.Optional(Type.Array(Type.String(), { description: 'Task keys.' })),
  rerun_all_failed_tasks: Type.Optional(Type.Boolean({ description: 'Instead of rerun_tasks.' })),
  rerun_dependent_tasks: Type.Optional(
    Type.Boolean({ description: 'Also tasks after those, although they succeeded.' }),
  ),
  ...overrides,
})
export type Repair = Static<typeof Repair>

export const CancelAll = closed({
  job_id: Type.Optional(Type.Integer({ description: 'The job; with all_queued_runs optional.' })),
  all_queued_runs: Type.Optional(Type.Boolean({ description: 'Only runs in the queue.' })),
})

export const JobId = closed({ job_id: Type.Integer({ description: 'The job.' }) })

export const GetJob = closed({
  job_id: Type.Integer({ description: 'The job.' }),
  page_token: Type.Optional(Type.String({ description: 'Of the page before.' })),
  include_trigger_state: Type.Optional(Type.Boolean({ description: 'Adds trigger_state.' })),
})

export const ListJobs = closed({
  limit: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 100, description: 'Default 20; 0 for the most.' }),
  ),
  offset: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 0, description: 'Only 0: use page_token.' }),
  ),
  name: Type.Optional(Type.String({ description: 'Exact, but for case.' })),
  expand_tasks: Type.Optional(Type.Boolean({ description: 'Adds tasks and clusters.' })),
  page_token: Type.Optional(Type.String({ description: 'Of the page before.' })),
})
export type ListJobs = Static<typeof ListJobs>

export const ResetJob = closed({
  job_id: Type.Integer({ description: 'The job.' }),
  new_settings: JobSettings,
})

export const UpdateJob = closed({
  job_id: Type.Integer({ description: 'The job.' }),
  new_settings: Type.Optional(JobSettings),
  fields_to_remove: Type.Optional(
    Type.Array(Type.String(), { description: 'Fields, or tasks/<key> and the like.' }),
  ),
})
