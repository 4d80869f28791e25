import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kill, pid, platform } from 'node:process'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import type { ModelInput } from './frames.ts'
import { openInProcess } from './model-process.ts'

// One ReduceSum: the sum of each row of `numbers`.
const sums =
  'CAg6cAowCgdudW1iZXJzCgRheGVzEgNvdXQiCVJlZHVjZVN1bSoPCghrZWVwZGltcxgBoAECEgFnKg0IARAHOgEBQgRheGVzWhUKB251bWJlcnMSCgoICAESBAoACgBiEwoDb3V0EgwKCggBEgYKAAoCCAFCBAoAEA0='

test('answers the values of each row, for several models and calls at once', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'millrace-onnx-'))
  const path = await modelFile(folder.path)
  await using first = await openInProcess('first', path)
  await using second = await openInProcess('second', path)
  const answers = await Promise.all([
    first.run(rowsOf([1, 2], [3, 4])),
    second.run(rowsOf([0.5, 0.25])),
    first.run(rowsOf([5, 6])),
  ])
  expect(answers.map((answer) => [...answer])).toEqual([[3, 7], [0.75], [11]])
})

test('a call that the graph cannot work with fails alone, with a 400', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'millrace-onnx-'))
  await using model = await openInProcess('churn/3', await modelFile(folder.path))
  const nothing: ModelInput = { rows: 1, numbers: undefined, codes: undefined }
  await expect(model.run(nothing)).rejects.toMatchObject({
    code: 'SERVING_MODEL_FAILED',
    status: 400,
  })
  expect([...(await model.run(rowsOf([1, 1])))]).toEqual([2])
})

test('a file that is no graph is refused when it is opened', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'millrace-onnx-'))
  const path = join(folder.path, 'model.onnx')
  await writeFile(path, 'no graph')
  await expect(openInProcess('churn/3', path)).rejects.toThrow(/model\.onnx/)
})

test.runIf(platform === 'linux')(
  'a lost process fails what it was asked, and the next call opens the model again',
  async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'millrace-onnx-'))
    await using model = await openInProcess('churn/3', await modelFile(folder.path))
    const asked = model.run(rowsOf([1, 2]))
    kill(await modelProcess(), 'SIGKILL')
    const outcome = await asked.then(
      ([sum]) => sum,
      (error: unknown) => (error as { code?: unknown }).code,
    )
    // It may have answered before the signal came.
    expect([3, 'SERVING_PROCESS_ENDED']).toContain(outcome)
    await expect.poll(() => model.run(rowsOf([2, 2])).then(([sum]) => sum, String)).toBe(4)
  },
)

async function modelFile(folder: string): Promise<string> {
  const path = join(folder, 'model.onnx')
  await writeFile(path, Buffer.from(sums, 'base64'))
  return path
}

function rowsOf(...rows: readonly (readonly number[])[]): ModelInput {
  const data = new Float32Array(rows.flat())
  return {
    rows: rows.length,
    numbers: { data, width: rows[0]?.length ?? 0 },
    codes: undefined,
  }
}

async function modelProcess(): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  for (const child of children.trim().split(' ').map(Number)) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')
    if (command.includes('onnx-process')) return child
  }
  throw new Error('there is no model process')
}
