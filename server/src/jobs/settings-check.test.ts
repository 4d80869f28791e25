import { expect, test } from 'vitest'
import { jobsBench } from '../../../tests/jobs/jobs-bench.ts'
import { mergeSettings } from './job-service.ts'
import { checkSettings } from './settings-check.ts'
import type { JobSettings, Task } from './settings-schema.ts'

const always = { condition_task: { op: 'EQUAL_TO' as const, left: 'a', right: 'a' } }

function task(key: string, ...before: string[]): Task {
  return { task_key: key, depends_on: before.map((task_key) => ({ task_key })), ...always }
}

test.each<[string, JobSettings]>([
  ['cycle: a → c → b → a', { tasks: [task('a', 'c'), task('b', 'a'), task('c', 'b')] }],
  ["depends on 'x', which is not a task of this job", { tasks: [task('a', 'x')] }],
  ["'a' appears twice in tasks", { tasks: [task('a'), task('a')] }],
  ["Task 'a' depends on 'b' twice", { tasks: [task('b'), task('a', 'b', 'b')] }],
  ["Task 'a' has no task type", { tasks: [{ task_key: 'a' }] }],
  [
    "Task 'a' has 2 task types (sql_task, condition_task)",
    { tasks: [{ ...task('a'), sql_task: { warehouse_id: 'x', file: { path: '/a.sql' } } }] },
  ],
  [
    "depends on an outcome of 'a', which is not a condition_task",
    {
      tasks: [
        { task_key: 'a', spark_python_task: { python_file: '/a.py' } },
        { ...task('b'), depends_on: [{ task_key: 'a', outcome: 'true' }] },
      ],
    },
  ],
  [
    "refers to 'e', which is not in environments (empty)",
    { tasks: [{ ...task('a'), environment_key: 'e' }] },
  ],
  [
    'expected an absolute workspace path such as /Workspace/Users/me/a.py',
    { tasks: [{ task_key: 'a', spark_python_task: { python_file: 'src/a.py' } }] },
  ],
  ["Field 'git_source' is not supported", { git_source: { git_url: 'https://x' } }],
  [
    'the default of a job parameter can refer to job, workspace and backfill',
    { parameters: [{ name: 'x', default: '{{tasks.a.values.v}}' }] },
  ],
  [
    'new_cluster.spark_conf["spark.executor.cores"]',
    {
      job_clusters: [
        { job_cluster_key: 'c', new_cluster: { spark_conf: { 'spark.executor.cores': '2' } } },
      ],
    },
  ],
  [
    "spark.driver.cores of task 'a' is 'all'; write a whole number, at least 1",
    { tasks: [{ ...task('a'), new_cluster: { spark_conf: { 'spark.driver.cores': 'all' } } }] },
  ],
  [
    'at position 5: hour must be 0-23, found 25',
    { schedule: { quartz_cron_expression: '0 0 25 * * ?', timezone_id: 'UTC' } },
  ],
  [
    "is 'lots'; write a number with k, m, g or t",
    { tasks: [{ ...task('a'), new_cluster: { spark_conf: { 'spark.driver.memory': 'lots' } } }] },
  ],
  [
    'The reference {{tasks.x.values.y}} means nothing',
    { tasks: [reference('{{tasks.x.values.y}}')] },
  ],
  [
    'The reference {{job.notebook_url}} means nothing',
    { tasks: [reference('{{job.notebook_url}}')] },
  ],
  [
    'one of schedule, trigger and continuous; found schedule and continuous',
    {
      continuous: {},
      schedule: { quartz_cron_expression: '0 0 0 * * ?', timezone_id: 'UTC' },
    },
  ],
  ['trigger has 0 kinds (none)', { trigger: {} }],
  [
    "Unknown timezone_id 'Mars/X'",
    { schedule: { quartz_cron_expression: '0 0 0 * * ?', timezone_id: 'Mars/X' } },
  ],
  [
    "Field 'health.rules.metric: STREAMING_BACKLOG_BYTES' is not supported: of task 'a'; only RUN_DURATION_SECONDS",
    {
      tasks: [
        {
          ...task('a'),
          health: { rules: [{ metric: 'STREAMING_BACKLOG_BYTES', op: 'GREATER_THAN', value: 1 }] },
        },
      ],
    },
  ],
  [
    "Field 'email_notifications.on_streaming_backlog_exceeded' is not supported: of the job",
    { email_notifications: { on_streaming_backlog_exceeded: ['me@example.org'] } },
  ],
  [
    "python_operator_task of task 'a' gives parameter 'x' twice",
    {
      tasks: [
        {
          task_key: 'a',
          python_operator_task: { main: 'a.b', parameters: [{ name: 'x' }, { name: 'x' }] },
        },
      ],
    },
  ],
  ['A continuous job runs once at a time', { continuous: {}, max_concurrent_runs: 2 }],
])('refuses with: %s', (problem, settings) => {
  expect(() => checkSettings(settings)).toThrow(problem)
})

function reference(text: string): Task {
  return { task_key: 'a', condition_task: { op: 'EQUAL_TO', left: text, right: '1' } }
}

test('takes what clients write where they ask for nothing', () => {
  const empty = { on_failure: [], no_alert_for_skipped_runs: false }
  expect(() =>
    checkSettings({
      tasks: [{ ...task('a'), email_notifications: empty }],
      webhook_notifications: {},
    }),
  ).not.toThrow()
})

test('names an unknown field, also deep inside', async () => {
  await using b = await jobsBench()
  await expect(b.post('create', { nmae: 'x' })).rejects.toThrow(/Unknown field 'nmae'/)
  await expect(
    b.post('create', { tasks: [{ ...task('a'), spark_python_task: { python_fil: '/x' } }] }),
  ).rejects.toThrow(/Unknown field 'tasks\.0\.spark_python_task\.python_fil'|python_file/)
})

test('merges tasks by key on update and removes single ones', () => {
  const before: JobSettings = { name: 'n', tasks: [task('a'), task('b', 'a')], tags: { x: '1' } }
  const merged = mergeSettings(before, {
    newSettings: { tasks: [{ ...task('a'), disabled: true }, task('c')], tags: { y: '2' } },
    fieldsToRemove: ['tasks/b', 'name'],
  })
  expect(merged).toEqual({
    tasks: [{ ...task('a'), disabled: true }, task('c')],
    tags: { y: '2' },
  })
  expect(() => mergeSettings(before, { newSettings: {}, fieldsToRemove: ['tags/x'] })).toThrow(
    "fields_to_remove names 'tags/x'",
  )
})
