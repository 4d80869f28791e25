import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { ensurePythonEnv, ensureUv } from '../../scripts/python-envs.mjs'
import {
  computeMigrations,
  ensureEnvironment,
  startCompute,
} from '../../server/src/compute/index.ts'
import type { Ctx } from '../../server/src/core/index.ts'
import { testCtx } from '../../server/src/core/testing.ts'
import { parseConversion } from '../../server/src/serving/conversion.ts'
import { flavourContract, type ContractModel } from '../../server/src/serving/flavours/contract.ts'
import type { Flavour } from '../../server/src/serving/flavours/flavour.ts'
import { openOnnx } from '../../server/src/serving/flavours/onnx.ts'
import { openPyfunc } from '../../server/src/serving/flavours/pyfunc.ts'
import type { ModelEnvironment } from '../../server/src/serving/model-environment.ts'
import { parseModelFile } from '../../server/src/serving/signature.ts'
import { runPython } from '../support/python.ts'

interface Expected {
  readonly conversions: Readonly<Record<ModelName, unknown>>
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
  readonly labels: readonly unknown[]
  readonly probabilities: readonly number[]
}
type ModelName = 'lenient' | 'strict'

const stack = new AsyncDisposableStack()
let folder = ''
let expected: Expected
let ctx: Ctx
let environment: ModelEnvironment

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-flavours-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const python = await ensurePythonEnv('base')
  const script = new URL('contract_models.py', import.meta.url)
  const made = await runPython(python, script, { args: [folder] })
  if (made.code !== 0) throw new Error(made.stderr)
  expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Expected
  const bare = stack.use(await testCtx('sqlite', computeMigrations))
  ctx = { ...bare, config: { ...bare.config, uvPath: await ensureUv() } }
  stack.use(await startCompute(ctx))
  const pins = await readFile(new URL('../../python/envs/base.txt', import.meta.url), 'utf8')
  const wanted = ['mlflow-skinny', 'scikit-learn', 'lightgbm', 'pandas', 'cloudpickle']
  const requirements = wanted.flatMap((name) => {
    const pin = new RegExp(`^${name}==[^\\s;]+`, 'm').exec(pins)
    return pin ? [pin[0]] : []
  })
  const { hash } = await ensureEnvironment(ctx, { requirements })
  environment = { hash, preload: [] }
})

afterAll(() => stack.disposeAsync())

const openers = {
  async onnx(name: ModelName): Promise<Flavour> {
    const conversion = parseConversion(expected.conversions[name])
    if (conversion?.flavour !== 'onnx') throw new Error(JSON.stringify(expected.conversions[name]))
    const columns = columnsOf(name)
    return openOnnx({ model: name, path: join(folder, name, 'model.onnx'), conversion, columns })
  },
  async pyfunc(name: ModelName): Promise<Flavour> {
    const modelDir = join(folder, name)
    const file = parseModelFile(await readFile(join(modelDir, 'MLmodel'), 'utf8'), name)
    const options = { processes: 1, idleMs: undefined, env: {} }
    return openPyfunc(ctx, { model: name, modelDir, file, environment, ...options })
  },
}

function columnsOf(name: ModelName): readonly string[] {
  return name === 'lenient' ? expected.columns : expected.columns.slice(0, 2)
}

for (const [kind, open] of Object.entries(openers)) {
  flavourContract(kind, {
    async open() {
      const { columns, rows, labels, probabilities } = expected
      const model: ContractModel = { input: { columns, rows }, labels, probabilities }
      return { flavour: await open('lenient'), model }
    },
    async openStrict() {
      const columns = columnsOf('strict')
      return { flavour: await open('strict'), columns, good: [12, 50.5], bad: [null, 50.5] }
    },
  })
}
