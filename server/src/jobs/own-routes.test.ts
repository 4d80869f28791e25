import { expect, test } from 'vitest'
import { eventually, jobsBench } from '../../../tests/jobs/jobs-bench.ts'

const base = '/api/millrace/1.0/jobs/runs'
const code = `import time
print("one", flush=True)
time.sleep(0.6)
print("two", flush=True)
`

interface Log {
  readonly text: string
  readonly next_offset: number
  readonly ended: boolean
  readonly truncated?: boolean
}

test('shows the end of a log, waits for what comes next, and has all of it as a file', async () => {
  await using b = await jobsBench()
  await b.write('/Shared/slow.py', code)
  const task = { task_key: 'slow', spark_python_task: { python_file: '/Shared/slow.py' } }
  const runId = await b.run({ name: 'slow', tasks: [task] })
  const log = async (query: Record<string, string>): Promise<Log> =>
    (await b.app.inject({ url: `${base}/${runId}/log`, query })).json<Log>()
  await eventually(async () => (await log({ tail: '100' })).text).toBe('one\n')
  const first = await log({ tail: '100' })
  expect(first).toMatchObject({ next_offset: 4, ended: false, truncated: false })
  const offset = String(first.next_offset)
  expect((await log({ offset, wait_ms: '20000' })).text).toBe('two\n')
  await b.ended(runId)
  expect(await log({ tail: '3' })).toMatchObject({ text: 'wo\n', truncated: true, ended: true })
  const file = await b.app.inject({ url: `${base}/${runId}/log-file` })
  expect(file.body).toBe('one\ntwo\n')
  expect(file.headers['content-disposition']).toMatch(/^attachment; filename="slow-\d+\.log"$/)
})
