import { describe, expect, test } from 'vitest'
import { jobsBench, type JobsBench } from '../../../tests/jobs/jobs-bench.ts'
import { testDialects } from '../core/testing.ts'

const base = '/api/millrace/1.0/jobs'
const yes = { condition_task: { op: 'EQUAL_TO', left: '1', right: '1' } }
const broken = { run_job_task: { job_id: 1 } }
const after = (...keys: string[]) => ({ depends_on: keys.map((task_key) => ({ task_key })) })

async function ask<Answer>(b: JobsBench, path: string, body?: object): Promise<Answer> {
  const answer = await b.app.inject({
    method: body === undefined ? 'GET' : 'POST',
    url: base + path,
    ...(body === undefined ? {} : { payload: body }),
  })
  if (answer.statusCode !== 200) throw new Error(answer.body)
  return answer.json<Answer>()
}

interface Preview {
  readonly tasks: readonly { task_key: string; action: string; reason: string }[]
}

interface Runs {
  readonly runs: readonly { run_id: number }[]
  readonly next_page_token?: string
  readonly prev_page_token?: string
}

describe.each(testDialects)('overviews on %s', (dialect) => {
  test('the newest runs of each job, and pages of runs by state', async () => {
    await using b = await jobsBench(dialect)
    const good = Number((await b.post('create', { tasks: [{ task_key: 'a', ...yes }] }))['job_id'])
    const bad = Number(
      (await b.post('create', { tasks: [{ task_key: 'a', ...broken }] }))['job_id'],
    )
    const started: number[] = []
    for (const jobId of [good, good, good, bad]) {
      const runId = Number((await b.post('run-now', { job_id: jobId }))['run_id'])
      await b.ended(runId)
      started.push(runId)
    }
    const [one, two, three, failed] = started
    const latest = await ask<{ jobs: readonly (Runs & { job_id: number })[] }>(
      b,
      `/latest-runs?job_id=${good}&job_id=${bad}&limit=2`,
    )
    expect(latest.jobs.map(({ job_id, runs }) => [job_id, runs.map((run) => run.run_id)])).toEqual([
      [good, [three, two]],
      [bad, [failed]],
    ])
    const alone = await ask<{ jobs: readonly Runs[] }>(b, `/latest-runs?job_id=${bad}`)
    expect(alone.jobs).toHaveLength(1)

    const ids = (page: Runs) => page.runs.map((run) => run.run_id)
    expect(ids(await ask<Runs>(b, '/runs?state=failed'))).toEqual([failed])
    expect(ids(await ask<Runs>(b, '/runs?state=active'))).toEqual([])
    const page = await ask<Runs>(b, `/runs?job_id=${good}&state=succeeded&limit=2`)
    expect(ids(page)).toEqual([three, two])
    const next = await ask<Runs>(
      b,
      `/runs?job_id=${good}&limit=2&page_token=${page.next_page_token}`,
    )
    expect(ids(next)).toEqual([one])
    const back = await ask<Runs>(
      b,
      `/runs?job_id=${good}&limit=2&page_token=${next.prev_page_token}`,
    )
    expect(ids(back)).toEqual([three, two])
  })

  test('a repair runs again exactly what its preview said', async () => {
    await using b = await jobsBench(dialect)
    const tasks = [
      { task_key: 'first', ...yes },
      { task_key: 'breaks', ...after('first'), ...broken },
      { task_key: 'next', ...after('breaks'), ...yes },
      { task_key: 'cleanup', ...after('breaks'), run_if: 'ALL_DONE', ...yes },
      { task_key: 'last', ...after('next', 'cleanup'), ...yes },
      { task_key: 'aside', ...after('first'), ...yes },
    ]
    for (const wish of [
      { rerun_all_failed_tasks: true },
      { rerun_all_failed_tasks: true, rerun_dependent_tasks: true },
      { rerun_tasks: ['first'] },
      { rerun_tasks: ['first'], rerun_dependent_tasks: true },
    ]) {
      const runId = await b.run({ name: 'repairs', tasks })
      await b.ended(runId)
      const preview = await ask<Preview>(b, `/runs/${runId}/repair-preview`, wish)
      const said = preview.tasks.filter((task) => task.action === 'run').map((t) => t.task_key)
      await b.post('runs/repair', { run_id: runId, ...wish })
      const done = await b.ended(runId)
      const again = new Set(
        done.tasks.filter((task) => task.attempt_number > 0).map((task) => task.task_key),
      )
      expect({ wish, said }).toEqual({
        wish,
        said: tasks.map((t) => t.task_key).filter((key) => again.has(key)),
      })
      expect(preview.tasks.every((task) => task.reason !== '')).toBe(true)
    }
  })
})

test('a preview says why: what failed, what could not run, what stays', async () => {
  await using b = await jobsBench()
  const runId = await b.run({
    tasks: [
      { task_key: 'first', ...yes },
      { task_key: 'breaks', ...after('first'), ...broken },
      { task_key: 'next', ...after('breaks'), ...yes },
    ],
  })
  await b.ended(runId)
  const wish = { rerun_all_failed_tasks: true }
  const { tasks } = await ask<Preview>(b, `/runs/${runId}/repair-preview`, wish)
  expect(tasks.map(({ task_key, action, reason }) => `${task_key} ${action}: ${reason}`)).toEqual([
    'first keep: It succeeded; its result and what it wrote stay',
    'breaks run: It failed',
    'next run: It could not run; it follows breaks',
  ])
})
