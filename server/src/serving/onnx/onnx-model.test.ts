import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ModelInput } from './frames.ts'
import { readGraph } from './graph-file.ts'
import { makeProgram } from './graph-program.ts'
import { openInProcess } from './model-process.ts'
import { openOnnxModel } from './onnx-model.ts'
import { isSame, proofInput } from './proof.ts'

// Two trees over an imputed number, a number that may be missing, and one category of two.
const trees = Buffer.from(
  'CAg6uAgKNwoHbnVtYmVycxIBYRIBYiIFU3BsaXQqCwoEYXhpcxgBoAECKhIKC251bV9vdXRwdXRzGAKgAQIKHgoFY29kZXMSBHdpZGUiBENhc3QqCQoCdG8YB6ABAgpgCgFhEgZmaWxsZWQiB0ltcHV0ZXIqHgoUaW1wdXRlZF92YWx1ZV9mbG9hdHM9AADAP6ABBioeChRyZXBsYWNlZF92YWx1ZV9mbG9hdBUAAMB/oAEBOgphaS5vbm54Lm1sCkoKBHdpZGUSA2hvdCINT25lSG90RW5jb2RlcioUCgtjYXRzX2ludDY0c0ABQAKgAQcqDAoFemVyb3MYAaABAjoKYWkub25ueC5tbAobCgNob3QKBXNoYXBlEgRmbGF0IgdSZXNoYXBlCisKBmZpbGxlZAoBYgoEZmxhdBIDcm93IgZDb25jYXQqCwoEYXhpcxgBoAECCvoECgNyb3cSBWxhYmVsEgtwcm9iYWJpbGl0eSIWVHJlZUVuc2VtYmxlQ2xhc3NpZmllcioWCgljbGFzc19pZHNAAEAAQABAAKABByoaCg1jbGFzc19ub2RlaWRzQAFAAkABQAKgAQcqGgoNY2xhc3NfdHJlZWlkc0AAQABAAUABoAEHKiYKDWNsYXNzX3dlaWdodHM9AACAvz0AAAA/PQAAgD49AABAv6ABBiohChNjbGFzc2xhYmVsc19zdHJpbmdzSgJOb0oDWWVzoAEIKiMKEm5vZGVzX2ZhbHNlbm9kZWlkc0ACQABAAEACQABAAKABByohChBub2Rlc19mZWF0dXJlaWRzQABAAEAAQAFAAEAAoAEHKjEKDm5vZGVzX2hpdHJhdGVzPQAAgD89AACAPz0AAIA/PQAAgD89AACAPz0AAIA/oAEGKjAKH25vZGVzX21pc3NpbmdfdmFsdWVfdHJhY2tzX3RydWVAAEAAQABAAUAAQACgAQcqPwoLbm9kZXNfbW9kZXNKCkJSQU5DSF9MRVFKBExFQUZKBExFQUZKCUJSQU5DSF9MVEoETEVBRkoETEVBRqABCCoeCg1ub2Rlc19ub2RlaWRzQABAAUACQABAAUACoAEHKh4KDW5vZGVzX3RyZWVpZHNAAEAAQABAAUABQAGgAQcqIgoRbm9kZXNfdHJ1ZW5vZGVpZHNAAUAAQABAAUAAQACgAQcqLwoMbm9kZXNfdmFsdWVzPQAAoD89AAAAAD0AAAAAPQAAAL89AAAAAD0AAAAAoAEGKh0KDnBvc3RfdHJhbnNmb3JtIghMT0dJU1RJQ6ABAzoKYWkub25ueC5tbBIBZyoYCAIQBzoL////////////AQJCBXNoYXBlWhcKB251bWJlcnMSDAoKCAESBgoACgIIAloVCgVjb2RlcxIMCgoIBhIGCgAKAggBYhsKC3Byb2JhYmlsaXR5EgwKCggBEgYKAAoCCAJCBAoAEBJCDgoKYWkub25ueC5tbBAD',
  'base64',
)

const input: ModelInput = {
  rows: 2,
  numbers: { data: new Float32Array([Number.NaN, Number.NaN, 1, 0]), width: 2 },
  codes: { data: new Int32Array([2, 1]), width: 1 },
}
// 0.5 + 0.25 and -1 - 0.75 in the logistic function.
const expected = [0.320821, 0.679179, 0.851953, 0.148047]

test('a program gives each row what its branches, fills and categories say', () => {
  const program = makeProgram(readGraph(trees))
  const answer = program?.(input)
  expect(answer?.length).toBe(4)
  for (const [i, value] of expected.entries()) expect(answer?.[i]).toBeCloseTo(value, 5)
  expect(program?.({ ...input, rows: 0 })).toEqual(new Float32Array())
})

test('a program answers as onnxruntime on every row of the proof', async () => {
  await using folder = await temporaryFolder()
  const path = await modelFile(folder.path)
  const graph = readGraph(trees)
  const rows = proofInput(graph)
  await using model = await openInProcess('trees', path)
  const theirs = await model.run(rows)
  const ours = makeProgram(graph)?.(rows) ?? new Float32Array()
  expect(theirs.length).toBe(rows.rows * 2)
  expect(isSame(theirs, ours)).toBe(true)
  ours[17] = (ours[17] ?? 0) + 0.001
  expect(isSame(theirs, ours)).toBe(false)
})

test('a graph with another operator, or one it cannot follow, has no program', () => {
  const graph = readGraph(trees)
  const swapped = (op: string) =>
    graph.nodes.map((node) => (node.op === 'Imputer' ? { ...node, op } : node))
  expect(makeProgram({ ...graph, nodes: swapped('SVMClassifier') })).toBeUndefined()
  const open = graph.inputs.map((one) => ({ ...one, width: undefined }))
  expect(makeProgram({ ...graph, inputs: open })).toBeUndefined()
})

test('rows of another width are refused with a 400', async () => {
  await using folder = await temporaryFolder()
  await using model = await openOnnxModel('churn/3', await modelFile(folder.path))
  expect((await model.run(input)).length).toBe(4)
  const wide = { ...input, numbers: { data: new Float32Array(6), width: 3 } }
  await expect(model.run(wide)).rejects.toMatchObject({ code: 'SERVING_MODEL_FAILED', status: 400 })
})

async function modelFile(folder: string): Promise<string> {
  const path = join(folder, 'model.onnx')
  await writeFile(path, trees)
  return path
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-onnx-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
