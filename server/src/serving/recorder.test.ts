import { expect, test } from 'vitest'
import { testCtx } from '../core/testing.ts'
import { queryRows, startTables, tablesMigrations } from '../tables/index.ts'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Recorder, type Recorded } from './recorder.ts'
import { parseSegment, recoverSegments } from './recording-spool.ts'

const request: Recorded = {
  requestId: 'r1',
  clientRequestId: 'mine',
  entity: 'churn-1',
  model: 'churn',
  version: 1,
  columns: ['tenure', 'contract'],
  rows: [
    [3, 'One year'],
    [4, null],
  ],
  body: undefined,
  predictions: ['yes', 'no'],
  error: undefined,
  status: 200,
  latencyMs: 1.5,
}

test('writes a row for each row that was scored, and what was refused as it came', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await using _tables = await startTables(ctx)
  await using recorder = new Recorder(ctx, 'main.default.traffic_payload')
  recorder.add(request)
  recorder.add({
    ...request,
    requestId: 'r2',
    clientRequestId: undefined,
    rows: undefined,
    predictions: undefined,
    body: '{"a":',
    error: 'not JSON',
    status: 400,
  })
  expect(recorder.figures).toEqual({ held: 2, dropped: 0, written: 0 })
  await recorder.flush()
  expect(recorder.figures).toEqual({ held: 0, dropped: 0, written: 2 })
  const { rows, columns } = await queryRows(ctx, {
    sql: 'select * from traffic_payload order by request_id, row',
  })
  expect(columns.map((column) => `${column.name} ${column.type}`)).toEqual([
    'request_id string',
    'client_request_id string',
    'time timestamp',
    'served_entity string',
    'model_name string',
    'model_version int',
    'row int',
    'request string',
    'response string',
    'status_code int',
    'latency_ms double',
  ])
  const time = '2026-01-01T00:00:00Z'
  const head = ['r1', 'mine', time, 'churn-1', 'churn', 1]
  expect(rows).toEqual([
    [...head, 0, '{"tenure":3,"contract":"One year"}', '"yes"', 200, 1.5],
    [...head, 1, '{"tenure":4,"contract":null}', '"no"', 200, 1.5],
    ['r2', null, time, 'churn-1', 'churn', 1, null, '{"a":', 'not JSON', 400, 1.5],
  ])
})

test('counts what it could not keep', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await using _tables = await startTables(ctx)
  const recorder = new Recorder(ctx, 'main.default.busy_payload', { capacity: 2 })
  for (let i = 0; i < 5; i += 1) recorder.add(request)
  expect(recorder.figures).toEqual({ held: 2, dropped: 3, written: 0 })
  await recorder[Symbol.asyncDispose]()
  expect(recorder.figures).toEqual({ held: 0, dropped: 3, written: 2 })
})

test('what a killed process recorded is written by the next one, once', async () => {
  await using ctx = await testCtx('sqlite', tablesMigrations)
  await using _tables = await startTables(ctx)
  const folder = join(ctx.config.dataDir, 'serving', 'recorded')
  const killed = new Recorder(ctx, 'main.default.traffic_payload')
  killed.add(request)
  killed.add({ ...request, requestId: 'r2' })
  await expect.poll(() => readdir(folder).catch(() => [])).toHaveLength(1)
  const count = async () =>
    (await queryRows(ctx, { sql: 'select count(*) from traffic_payload' })).rows
  const [file = ''] = await readdir(folder)
  const copy = join(folder, file)
  const text = await readFile(copy, 'utf8')
  await recoverSegments(ctx, [file])
  expect([await count(), await readdir(folder)]).toEqual([[[4]], []])
  // Killed again after the commit and before the file was deleted; its last line was cut off.
  await writeFile(copy, `${text}["r3"`)
  await recoverSegments(ctx, [file])
  expect([await count(), await readdir(folder)]).toEqual([[[4]], []])
  await killed[Symbol.asyncDispose]()
  expect(await count()).toEqual([[4]])
  expect(parseSegment('')).toBeUndefined()
})
