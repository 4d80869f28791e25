import { openWorker, type Worker } from '../../compute/index.ts'
import { AppError, type Ctx } from '../../core/index.ts'
import { Batcher } from '../batcher.ts'
import { servingErrors } from '../errors.ts'
import type { BoundRows, Row } from '../input-plan.ts'
import type { ModelEnvironment } from '../model-environment.ts'
import type { ModelFile } from '../signature.ts'
import { FlavourKind, type Flavour, type Params, type Scores } from './flavour.ts'

export interface OpenPyfuncInput {
  /** Named in errors: `churn/3`. */
  readonly model: string
  readonly modelDir: string
  readonly file: ModelFile
  readonly environment: ModelEnvironment
  readonly processes: number
  /** Ends the processes after this long without a call; they start again at the next. */
  readonly idleMs: number | undefined
  readonly env: Readonly<Record<string, string>>
}

/** A shared call takes as many rows as came while the last one ran, up to this. */
const maxRows = 256

/** Runs a model in processes of its own environment. Its pickles are never loaded in the server. */
export async function openPyfunc(ctx: Ctx, input: OpenPyfuncInput): Promise<Flavour> {
  const workers = new WorkerOnDemand(ctx, input)
  const call = async (task: string, payload: Record<string, unknown>): Promise<unknown> => {
    try {
      return await workers.use((worker) => worker.call({ task, ...payload }))
    } catch (error) {
      throw translate(error, input.model)
    }
  }
  // Rows of different requests share a call only when they have the same columns and no parameters.
  const { inputs } = input.file
  const columns = inputs.kind === 'columns' ? inputs.columns.map((c) => c.name) : null
  const defaults = Object.fromEntries(input.file.params.map((p) => [p.name, p.default]))
  const batcher = new Batcher({
    run: async (rows: readonly Row[]) =>
      asList(await call('predict', { columns, rows, params: defaults })),
    concurrency: input.processes,
    maxRows,
  })
  const isShared = (params: Params): boolean =>
    inputs.kind !== 'none' && isDefault(input.file, params)
  return {
    kind: FlavourKind.Pyfunc,
    predictionType: (await call('describe', {})) as Flavour['predictionType'],
    async predict(bound, params) {
      if (bound.rows.length === 0) return []
      if (isShared(params)) return batcher.submit(bound.rows)
      return asList(await call('predict', { ...payloadOf(bound), params }))
    },
    async score(bound) {
      if (bound.rows.length === 0) return { prediction: [], probability: [] }
      return (await call('score', payloadOf(bound))) as Scores
    },
    async [Symbol.asyncDispose]() {
      await batcher[Symbol.asyncDispose]()
      await workers[Symbol.asyncDispose]()
    },
  }
}

function payloadOf({ columns, rows }: BoundRows): Record<string, unknown> {
  return { columns: columns ?? null, rows }
}

function isDefault(file: ModelFile, params: Params): boolean {
  return file.params.every((param) => params[param.name] === param.default)
}

function asList(answer: unknown): readonly unknown[] {
  return Array.isArray(answer) ? answer : [answer]
}

// What the model's own code raises on these rows is the caller's to know; a lost process is not.
function translate(error: unknown, model: string): unknown {
  if (!(error instanceof AppError)) return error
  if (error.code === 'COMPUTE_CALL_FAILED') {
    return servingErrors.SERVING_MODEL_FAILED(model, error.message).with({ cause: error })
  }
  return servingErrors.SERVING_MODEL_UNAVAILABLE(model, error.message).with({ cause: error })
}

/** Worker processes that may leave while nobody calls. */
class WorkerOnDemand implements AsyncDisposable {
  readonly #ctx: Ctx
  readonly #input: OpenPyfuncInput
  #worker: Promise<Worker> | undefined
  #busy = 0
  #idle: NodeJS.Timeout | undefined

  constructor(ctx: Ctx, input: OpenPyfuncInput) {
    this.#ctx = ctx
    this.#input = input
  }

  async use<T>(work: (worker: Worker) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle)
    this.#busy += 1
    try {
      return await work(await this.#open())
    } finally {
      this.#busy -= 1
      if (this.#busy === 0 && this.#input.idleMs !== undefined) {
        this.#idle = setTimeout(() => void this.#close(), this.#input.idleMs).unref()
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#idle)
    await this.#close()
  }

  #open(): Promise<Worker> {
    if (this.#worker) return this.#worker
    const { environment, modelDir, file, processes, env } = this.#input
    const opening = openWorker(this.#ctx, {
      environment: environment.hash,
      preload: environment.preload,
      module: 'millrace_serving.worker',
      function: 'load_model',
      args: [modelDir, { inputs: file.inputs, predict_fn: file.predictFn }],
      env,
      processes,
    })
    this.#worker = opening
    opening.catch(() => {
      if (this.#worker === opening) this.#worker = undefined
    })
    return opening
  }

  async #close(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.then((open) => open.close()).catch(() => {})
  }
}
