import { expect, test } from 'vitest'
import { jobsBench, type JobsBench } from '../../../tests/jobs/jobs-bench.ts'

const base = '/api/millrace/1.0/jobs'
const condition = { op: 'EQUAL_TO', left: '1', right: '1' }
const settings = { name: 'load', tasks: [{ task_key: 'a', condition_task: condition }] }

interface Text {
  readonly revision: number
  readonly yaml: string
}

async function read(b: JobsBench, jobId: number, revision?: number): Promise<Text> {
  const query = revision === undefined ? {} : { revision: String(revision) }
  const answer = await b.app.inject({ url: `${base}/${jobId}/settings`, query })
  if (answer.statusCode !== 200) throw new Error(answer.body)
  return answer.json<Text>()
}

async function problems(b: JobsBench, yaml: string): Promise<string[]> {
  const url = `${base}/settings-check`
  const answer = await b.app.inject({ method: 'POST', url, payload: { yaml } })
  const found = answer.json<{
    problems: readonly { line: number; column: number; message: string }[]
  }>()
  return found.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

const save = (b: JobsBench, jobId: number, payload: object) =>
  b.app.inject({ method: 'PUT', url: `${base}/${jobId}/settings`, payload })

test('keeps every revision of the settings, and goes back to one', async () => {
  await using b = await jobsBench()
  const jobId = Number((await b.post('create', settings))['job_id'])
  const first = await read(b, jobId)
  expect(first.revision).toBe(1)
  const changed = first.yaml.replace('name: load', 'name: load daily')
  expect((await save(b, jobId, { yaml: changed, revision: 1 })).json()).toEqual({ revision: 2 })
  await b.post('update', { job_id: jobId, new_settings: { max_concurrent_runs: 3 } })
  expect((await read(b, jobId)).yaml).toContain('max_concurrent_runs: 3')
  expect(await read(b, jobId, 1)).toEqual(first)
  const list = await b.app.inject({ url: `${base}/${jobId}/revisions` })
  const { revisions } = list.json<{ revisions: readonly { revision: number }[] }>()
  expect(revisions.map(({ revision }) => revision)).toEqual([3, 2, 1])
})

test('refuses to overwrite what somebody else changed meanwhile', async () => {
  await using b = await jobsBench()
  const jobId = Number((await b.post('create', settings))['job_id'])
  const { yaml } = await read(b, jobId)
  await b.post('update', { job_id: jobId, new_settings: { timeout_seconds: 5 } })
  const refused = await save(b, jobId, { yaml, revision: 1 })
  expect(refused.statusCode).toBe(409)
  expect(refused.json<{ message: string }>().message).toContain('the newest is 2')
  expect((await read(b, jobId)).yaml).toContain('timeout_seconds: 5')
})

test('says where a text is wrong, by line and column', async () => {
  await using b = await jobsBench()
  for (const [yaml, wanted] of wrongTexts) {
    const [first] = await problems(b, yaml)
    expect({ yaml, first: first?.slice(0, wanted.length) }).toEqual({ yaml, first: wanted })
  }
})

const wrongTexts = [
  ['tasks: [', '1:9 '],
  ['nmae: x', "1:1 unknown key 'nmae'"],
  [
    'tasks:\n  - task_key: a\n    run_if: SOMETIMES\n',
    "3:13 'tasks.0.run_if' must be ALL_SUCCESS, AT_LEAST_ONE_SUCCESS",
  ],
  ['tasks:\n  - task_key: a\n', "2:15 Task 'a' has no task type"],
  [
    'tasks:\n  - task_key: a\n    depends_on:\n      - task_key: z\n    condition_task: {op: EQUAL_TO, left: "1", right: "1"}\n',
    "4:19 Task 'a' depends on 'z'",
  ],
  [
    'schedule:\n  quartz_cron_expression: 0 0 25 * * ?\n  timezone_id: UTC\n',
    "2:27 Invalid quartz_cron_expression '0 0 25 * * ?' at position 5",
  ],
  [
    'schedule:\n  quartz_cron_expression: 0 0 2 * * ?\n  timezone_id: Moon/Base\n',
    '3:16 Unknown timezone_id',
  ],
  [
    'tasks:\n  - task_key: a\n    condition_task: {op: EQUAL_TO, left: "{{tasks.q.values.x}}", right: "1"}\n',
    '3:42 The reference {{tasks.q.values.x}} means nothing',
  ],
] as const

test('finds nothing wrong with what the server itself wrote', async () => {
  await using b = await jobsBench()
  const jobId = Number((await b.post('create', settings))['job_id'])
  expect(await problems(b, (await read(b, jobId)).yaml)).toEqual([])
})
