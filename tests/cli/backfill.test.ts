import { setTimeout as delay } from 'node:timers/promises'
import { connect, type BackfillPage, type Millrace, type Run } from '@millrace/sdk'
import { expect, test } from 'vitest'
import { runCli } from '../support/cli.ts'
import { startServer } from '../support/server.ts'

const schedule = { quartz_cron_expression: '0 30 23 ? * *', timezone_id: 'America/New_York' }
const day = '{{job.trigger.time.iso_date}}'

/** Fails while `limit` is no number. */
const check = {
  task_key: 'check',
  depends_on: [{ task_key: 'first' }],
  condition_task: { op: 'LESS_THAN', left: '1', right: '{{job.parameters.limit}}' },
}
const first = { task_key: 'first', condition_task: { op: 'EQUAL_TO', left: 'a', right: 'a' } }

async function upload(millrace: Millrace, path: string, text: string): Promise<void> {
  const content = Buffer.from(text).toString('base64')
  await millrace.http.call('POST', '/api/2.0/workspace/mkdirs', {
    body: { path: path.slice(0, path.lastIndexOf('/')) },
  })
  await millrace.http.call('POST', '/api/2.0/workspace/import', {
    body: { path, content, format: 'AUTO', overwrite: true },
  })
}

async function everyRun(millrace: Millrace, jobId: number): Promise<Run[]> {
  const runs: Run[] = []
  let token: string | undefined
  do {
    const page = await millrace.http.call<{ runs?: Run[]; next_page_token?: string }>(
      'GET',
      '/api/2.2/jobs/runs/list',
      { query: { job_id: jobId, page_token: token } },
    )
    runs.push(...(page.runs ?? []))
    token = page.next_page_token
  } while (token !== undefined)
  return runs
}

const intervals = 30
const kills = 3

test('backfill, from the preview to the repair; simulate; and a server that is killed', async () => {
  await using server = await startServer()
  const { url } = server
  const millrace = connect({ url })
  const range = ['--from', '2025-11-01', '--to', '2025-11-03']
  await millrace.jobs.create({
    name: 'load',
    schedule,
    parameters: [
      { name: 'day', default: day },
      { name: 'limit', default: 'x' },
    ],
    tasks: [first, check],
  })

  const dry = await runCli(['backfill', 'load', ...range, '--dry-run'], { url })
  expect([dry.code, dry.stderr]).toEqual([0, ''])
  expect(dry.stdout).toBe(
    [
      'AMERICA/NEW_YORK      ACTION  WHY',
      'Sat 2025-11-01 23:30  run     No run yet',
      'Sun 2025-11-02 23:30  run     No run yet',
      'Mon 2025-11-03 23:30  run     No run yet',
      '',
      'In each of the 3 runs:',
      '  TASK        WHY',
      '  first  run  First',
      '  check  run  After first',
      '',
      '3 would run, 0 would be repaired, 0 would be skipped',
      '',
    ].join('\n'),
  )

  const failed = await runCli(['backfill', 'load', ...range], { url })
  expect(failed.code).toBe(1)
  expect(failed.stdout).toContain('3 failed of 3 times')
  const again = ['backfill', 'load', ...range, '--failed-only', '--param', 'limit=2', '--json']
  const mended = await runCli(again, { url })
  expect([mended.code, mended.stderr]).toEqual([0, ''])
  expect(JSON.parse(mended.stdout)).toMatchObject({
    state: 'SUCCEEDED',
    counts: { SUCCEEDED: 3 },
    intervals: [{ action: 'repair' }, {}, {}],
  })

  const simulate = ['simulate', '--job', 'load', '--from', '2026-03-07', '--days', '3']
  const told = await runCli([...simulate, '--took', '36h'], { url })
  expect([told.code, told.stdout.split('\n')]).toEqual([
    0,
    [
      'AMERICA/NEW_YORK      THEN   WHY',
      'Sat 2026-03-07 23:30  runs',
      'Sun 2026-03-08 23:30  skips  1 of 1 run active',
      'Mon 2026-03-09 23:30  runs',
      '',
      '2 would run, 1 would be skipped',
      'Each run is taken to last 2160 min 00 s',
      '',
    ],
  ])

  await upload(millrace, '/Shared/b/step.py', 'import time\ntime.sleep(0.02)\n')
  const slow = await millrace.jobs.create({
    name: 'slow',
    schedule,
    tasks: [{ task_key: 't', spark_python_task: { python_file: '/Shared/b/step.py' } }],
  })
  const backfillId = await millrace.jobs.backfills.create({
    job_id: slow,
    from_ms: Date.UTC(2025, 0, 1),
    to_ms: Date.UTC(2025, 0, 1 + intervals),
    max_parallel: 3,
  })
  let interrupted = 0
  for (let n = 0; n < kills; n += 1) {
    await delay(50 + Math.random() * 200)
    if ((await millrace.jobs.backfills.get(backfillId)).state === 'RUNNING') interrupted += 1
    await server.restart()
  }
  expect(interrupted).toBeGreaterThan(0)
  let seen: BackfillPage | undefined
  await expect
    .poll(async () => {
      seen = await millrace.jobs.backfills.get(backfillId)
      return seen.state
    })
    .not.toBe('RUNNING')
  expect(seen).toMatchObject({ state: 'SUCCEEDED', counts: { SUCCEEDED: intervals } })
  const times = (await everyRun(millrace, slow)).map((run) => run.backfill?.logical_time ?? 0)
  expect(times.sort((a, b) => a - b)).toEqual(seen?.intervals.map((one) => one.logical_time))
  expect(new Set(times).size).toBe(intervals)
})

test.each([
  [['backfill'], 'Name the job, or a backfill to --cancel'],
  [['backfill', '--cancel', 'x'], "--cancel is 'x'; expected a whole number"],
  [['simulate', '--job', 'j', '--took', '5'], "--took is '5'; expected a number with s, m or h"],
])('%j is used wrongly and ends with 2', async (args, message) => {
  const { code, stderr } = await runCli(args)
  expect(code).toBe(2)
  expect(stderr).toContain(message)
})
