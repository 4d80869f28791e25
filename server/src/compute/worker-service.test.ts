import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testCtx } from '../core/testing.ts'
import { startCompute } from './background.ts'
import { ensureEnvironment } from './environment-service.ts'
import { computeMigrations } from './migrations.ts'
import { openWorker, type Worker, type WorkerSpec } from './worker-service.ts'

const model = `
import os, time

def load(factor):
    def predict(payload):
        if payload == "crash":
            os.abort()
        if payload == "fail":
            raise ValueError("no such column")
        if isinstance(payload, bytes):
            return payload[::-1]
        return {"value": payload["x"] * factor, "pid": os.getpid()}
    return predict

def load_batched():
    return lambda payloads: [ValueError("odd") if p % 2 else [p, len(payloads)] for p in payloads]

def broken():
    raise RuntimeError("the model file is damaged")
`

async function bench(spec: Partial<WorkerSpec>) {
  await using stack = new AsyncDisposableStack()
  const ctx = stack.use(await testCtx('sqlite', computeMigrations))
  stack.use(await startCompute(ctx))
  const cwd = join(ctx.config.dataDir, 'model')
  await mkdir(cwd)
  await writeFile(join(cwd, 'model.py'), model)
  const { hash } = await ensureEnvironment(ctx, { requirements: [] })
  const worker: Worker = stack.use(
    await openWorker(ctx, {
      environment: hash,
      module: 'model',
      function: 'load',
      args: [3],
      cwd,
      ...spec,
    }),
  )
  const rest = stack.move()
  return { worker, ctx, [Symbol.asyncDispose]: () => rest.disposeAsync() }
}

test('answers JSON with JSON and bytes with bytes', async () => {
  await using b = await bench({})
  expect(await b.worker.call({ x: 7 })).toMatchObject({ value: 21 })
  expect(await b.worker.call(Buffer.from('abc'))).toEqual(Buffer.from('cba'))
})

test('answers many calls in flight, each with its own answer', async () => {
  await using b = await bench({ processes: 2 })
  const calls = Array.from({ length: 2000 }, (_, x) => b.worker.call({ x }))
  const answers = (await Promise.all(calls)) as { value: number; pid: number }[]
  expect(answers.map(({ value }) => value)).toEqual(calls.map((_, x) => x * 3))
  expect(new Set(answers.map(({ pid }) => pid)).size).toBe(2)
})

test('hands what came meanwhile to a batch handler, and fails single ones of it', async () => {
  await using b = await bench({ function: 'load_batched', args: [], batch: true })
  const answers = await Promise.allSettled([0, 1, 2, 4].map((n) => b.worker.call(n)))
  expect(answers.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ])
  expect(answers[0]).toMatchObject({ value: [0, 4] })
})

test('passes an exception of the handler on with its type and message', async () => {
  await using b = await bench({})
  await expect(b.worker.call('fail')).rejects.toMatchObject({
    code: 'COMPUTE_CALL_FAILED',
    message: expect.stringContaining('ValueError: no such column'),
  })
  expect(await b.worker.call({ x: 1 })).toMatchObject({ value: 3 })
})

test('rejects the calls of a process that crashed and answers with a new one', async () => {
  await using b = await bench({})
  await expect(b.worker.call('crash')).rejects.toMatchObject({
    code: 'COMPUTE_WORKER_CRASHED',
    message: expect.stringContaining('SIGABRT'),
  })
  expect(await b.worker.call({ x: 2 })).toMatchObject({ value: 6 })
})

test('says why a function cannot be loaded', async () => {
  await expect(bench({ function: 'broken', args: [] })).rejects.toMatchObject({
    code: 'COMPUTE_WORKER_UNLOADABLE',
    message: expect.stringContaining('RuntimeError: the model file is damaged'),
  })
})

test('refuses calls after it was closed', async () => {
  await using b = await bench({})
  await b.worker.close()
  await expect(b.worker.call({ x: 1 })).rejects.toMatchObject({ code: 'COMPUTE_WORKER_CLOSED' })
})
