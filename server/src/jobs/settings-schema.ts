/**
 * The settings of a job, as the Jobs API writes them. This document is also the domain's: it is
 * stored and returned as it came, and `task-graph.ts` compiles it. `settings-check.ts` holds what a
 * shape cannot say, and refuses by name what this server does not honour.
 */
import { Type, type Static, type TSchema } from 'typebox'
import { closed } from './closed-object.ts'
import { notificationFields } from './notifications/schemas.ts'
import { taskTypeSchemas } from './tasks/schemas.ts'
import { triggerSchemas } from './triggers/schemas.ts'

const text = (description: string, maxLength = 4096) => Type.String({ description, maxLength })
const textMap = (description: string) => Type.Record(Type.String(), Type.String(), { description })
const pauseStatus = Type.Optional(
  Type.Union([Type.Literal('UNPAUSED'), Type.Literal('PAUSED')], {
    default: 'UNPAUSED',
    description: 'PAUSED keeps it without firing.',
  }),
)

const Dependency = closed({
  task_key: text('A task of the same job that must end first.', 100),
  outcome: Type.Optional(text("Of a condition task: run only on 'true' or only on 'false'.", 5)),
})

const Library = closed({
  pypi: Type.Optional(closed({ package: text('A requirement such as pandas==2.2.3.') })),
  whl: Type.Optional(text('Workspace path of a wheel.')),
  requirements: Type.Optional(text('Workspace path of a requirements.txt.')),
})

const NewCluster = closed({
  spark_version: Type.Optional(text('Accepted for compatibility; there is one runtime.')),
  node_type_id: Type.Optional(text('Accepted for compatibility; tasks run on this machine.')),
  num_workers: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 0, description: '0: tasks run in one process each.' }),
  ),
  spark_conf: Type.Optional(
    textMap(
      'Only spark.driver.memory (512m, 2g) and spark.driver.cores (2): the limits of the task.',
    ),
  ),
})
export type NewCluster = Static<typeof NewCluster>

const RunIfSchema = Type.Union(
  [
    Type.Literal('ALL_SUCCESS'),
    Type.Literal('AT_LEAST_ONE_SUCCESS'),
    Type.Literal('NONE_FAILED'),
    Type.Literal('ALL_DONE'),
    Type.Literal('AT_LEAST_ONE_FAILED'),
    Type.Literal('ALL_FAILED'),
  ],
  { description: 'Which results of the tasks before it let it run. Default ALL_SUCCESS.' },
)

const HealthRules = closed({
  rules: Type.Optional(
    Type.Array(
      closed({
        metric: Type.Union(
          [
            Type.Literal('RUN_DURATION_SECONDS'),
            // Of streams of Spark; refused by name.
            Type.Literal('STREAMING_BACKLOG_BYTES'),
            Type.Literal('STREAMING_BACKLOG_RECORDS'),
            Type.Literal('STREAMING_BACKLOG_SECONDS'),
            Type.Literal('STREAMING_BACKLOG_FILES'),
          ],
          { description: 'What is watched. Only RUN_DURATION_SECONDS: no Spark streams run here.' },
        ),
        op: Type.Literal('GREATER_THAN', { description: 'How it is compared.' }),
        value: Type.Integer({ minimum: 0, description: 'The limit, in seconds.' }),
      }),
      { maxItems: 100, description: 'A broken rule is shown on the run and sent as an event.' },
    ),
  ),
})

const TaskCache = closed({
  enabled: Type.Optional(Type.Boolean({ description: 'Default true.' })),
  tables: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 255 }), {
      maxItems: 100,
      description: 'Tables that it reads. Default: those that its last success read.',
    }),
  ),
  version: Type.Optional(text('Another text makes every earlier result worthless.', 255)),
  max_age_seconds: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Older results are worthless. Default: never.' }),
  ),
})

const taskCommon = {
  task_key: Type.String({
    minLength: 1,
    maxLength: 100,
    pattern: '^[\\w-]+$',
    description: 'Unique in the job: letters, digits, _ and -.',
  }),
  description: Type.Optional(text('For people.')),
  depends_on: Type.Optional(Type.Array(Dependency, { description: 'The tasks before it.' })),
  run_if: Type.Optional(RunIfSchema),
  disabled: Type.Optional(Type.Boolean({ description: 'true skips it; it ends DISABLED.' })),
  timeout_seconds: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Longest time one attempt may take; 0 for ever.' }),
  ),
  max_retries: Type.Optional(
    Type.Integer({ minimum: -1, description: 'Further attempts after a failure; -1 for ever.' }),
  ),
  min_retry_interval_millis: Type.Optional(
    Type.Integer({ minimum: 0, description: 'From the start of a failed attempt to the next.' }),
  ),
  retry_on_timeout: Type.Optional(Type.Boolean({ description: 'Retry after a timeout too.' })),
  libraries: Type.Optional(Type.Array(Library, { description: 'What the task imports.' })),
  environment_key: Type.Optional(text('One of the environments of the job.', 100)),
  environment_variables_key: Type.Optional(
    text('One of the environment_variables of the job.', 100),
  ),
  job_cluster_key: Type.Optional(text('One of the job_clusters of the job.', 100)),
  new_cluster: Type.Optional(NewCluster),
  health: Type.Optional(HealthRules),
  cache: Type.Optional(TaskCache),
  ...notificationFields,
}

function optional<P extends Record<string, TSchema>>(
  schemas: P,
): { [K in keyof P]: ReturnType<typeof Type.Optional<P[K]>> } {
  const entries = Object.entries(schemas).map(([name, schema]) => [name, Type.Optional(schema)])
  return Object.fromEntries(entries) as {
    [K in keyof P]: ReturnType<typeof Type.Optional<P[K]>>
  }
}

const taskTypes = optional(taskTypeSchemas)

/** The task inside a for-each: everything but another for-each. */
const NestedTask = closed({ ...taskCommon, ...taskTypes })
export type NestedTask = Static<typeof NestedTask>

export const Task = closed({
  ...taskCommon,
  ...taskTypes,
  for_each_task: Type.Optional(
    closed({
      inputs: Type.String({
        maxLength: 5 * 1024 * 1024,
        description: 'A JSON array, or a reference to one.',
      }),
      concurrency: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 100, description: 'Iterations at a time. Default 1.' }),
      ),
      task: NestedTask,
    }),
  ),
})
export type Task = Static<typeof Task>

const EnvironmentSpec = closed({
  environment_version: Type.Optional(text('Accepted for compatibility; there is one runtime.')),
  client: Type.Optional(text('Older name of environment_version.')),
  dependencies: Type.Optional(
    Type.Array(text('A requirement, a workspace path of a wheel, or -r and a path.'), {
      description: 'What the environment holds.',
    }),
  ),
})

const Environment = closed({
  environment_key: text('Unique in the job.', 100),
  spec: Type.Optional(EnvironmentSpec),
})
export type Environment = Static<typeof Environment>

const EnvironmentVariables = closed({
  environment_variables_key: text('Unique in the job.', 100),
  spec: Type.Optional(
    closed({
      variables: Type.Optional(textMap('Names and values; {{secrets/scope/key}} allowed.')),
    }),
  ),
  variables: Type.Optional(textMap('Older place of spec.variables.')),
})

const QuartzSchedule = closed({
  quartz_cron_expression: text('sec min hour day-of-month month day-of-week [year].', 1000),
  timezone_id: text('IANA or Java time zone, for example Europe/Amsterdam.', 100),
  pause_status: pauseStatus,
})
export type QuartzSchedule = Static<typeof QuartzSchedule>

export const Trigger = closed({ pause_status: pauseStatus, ...optional(triggerSchemas) })
export type Trigger = Static<typeof Trigger>

const Continuous = closed({
  pause_status: pauseStatus,
  task_retry_mode: Type.Optional(
    Type.Union([Type.Literal('NEVER'), Type.Literal('ON_FAILURE')], {
      description: 'Whether failed tasks are retried inside a run. Default NEVER.',
    }),
  ),
})
export type Continuous = Static<typeof Continuous>

const RunAs = closed({
  user_name: Type.Optional(text('A user.')),
  service_principal_name: Type.Optional(text('A service principal.')),
})

const settingsFields = {
  name: Type.Optional(text('Shown in lists. Default Untitled.')),
  description: Type.Optional(text('For people.', 27_700)),
  tags: Type.Optional(textMap('Up to 25 names and values.')),
  tasks: Type.Optional(Type.Array(Task, { maxItems: 1000, description: 'The DAG.' })),
  job_clusters: Type.Optional(
    Type.Array(
      closed({ job_cluster_key: text('Unique in the job.', 100), new_cluster: NewCluster }),
    ),
  ),
  environments: Type.Optional(Type.Array(Environment)),
  environment_variables: Type.Optional(Type.Array(EnvironmentVariables)),
  parameters: Type.Optional(
    Type.Array(
      closed({
        name: Type.String({ pattern: '^[\\w.-]+$', maxLength: 255, description: 'Its name.' }),
        default: text('Its value where a run gives none.', 65_536),
      }),
    ),
  ),
  schedule: Type.Optional(QuartzSchedule),
  continuous: Type.Optional(Continuous),
  trigger: Type.Optional(Trigger),
  timeout_seconds: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Longest time a run may take; 0 for ever.' }),
  ),
  max_concurrent_runs: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1000, description: 'Default 1; 0 skips every new run.' }),
  ),
  queue: Type.Optional(
    closed({ enabled: Type.Boolean({ description: 'Wait instead of skipping.' }) }),
  ),
  run_as: Type.Optional(RunAs),
  health: Type.Optional(HealthRules),
  edit_mode: Type.Optional(Type.Union([Type.Literal('UI_LOCKED'), Type.Literal('EDITABLE')])),
  deployment: Type.Optional(
    closed({
      kind: Type.Union([Type.Literal('BUNDLE'), Type.Literal('SYSTEM_MANAGED')]),
      metadata_file_path: Type.Optional(text('Workspace path of the deployment’s metadata.')),
      deployment_id: Type.Optional(text('Id of the deployment.')),
    }),
  ),
  format: Type.Optional(Type.Literal('MULTI_TASK')),
  parent_path: Type.Optional(text('Workspace folder of the job.')),
  ...notificationFields,
  git_source: Type.Optional(Type.Unknown()),
}

export const JobSettings = closed(settingsFields)
export type JobSettings = Static<typeof JobSettings>

export const AccessControl = closed({
  user_name: Type.Optional(text('A user.')),
  group_name: Type.Optional(text('A group.')),
  service_principal_name: Type.Optional(text('A service principal.')),
  permission_level: Type.Union([
    Type.Literal('CAN_VIEW'),
    Type.Literal('CAN_MANAGE_RUN'),
    Type.Literal('CAN_MANAGE'),
    Type.Literal('IS_OWNER'),
  ]),
})
export type AccessControl = Static<typeof AccessControl>

export const CreateJob = closed({
  ...settingsFields,
  access_control_list: Type.Optional(Type.Array(AccessControl)),
})
export type CreateJob = Static<typeof CreateJob>
