import type { Ctx } from '../core/index.ts'
import { loadModel, type LoadedModel, type PreparedModel, type RunOptions } from './model-loader.ts'
import type { ModelRef } from './types.ts'

export interface PooledModel {
  readonly model: LoadedModel
  /** Gives the model back; the last one to do so closes it, after the calls in hand. */
  readonly release: () => Promise<void>
}

interface Entry {
  readonly loading: Promise<LoadedModel>
  users: number
}

/** Loaded models, shared by everyone who wants the same version run in the same way. */
export class ModelPool implements AsyncDisposable {
  readonly #entries = new Map<string, Entry>()
  readonly #preparing = new Map<string, Promise<PreparedModel>>()

  async acquire(ctx: Ctx, ref: ModelRef, options: RunOptions): Promise<PooledModel> {
    const key = JSON.stringify([ref.name, ref.version, options])
    const entry = this.#entries.get(key) ?? {
      loading: loadModel(ctx, { ref, options, preparing: this.#preparing }),
      users: 0,
    }
    this.#entries.set(key, entry)
    entry.users += 1
    let released = false
    const release = async (): Promise<void> => {
      if (released) return
      released = true
      entry.users -= 1
      if (entry.users > 0) return
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      await entry.loading.then(
        (model) => model[Symbol.asyncDispose](),
        () => {},
      )
    }
    try {
      return { model: await entry.loading, release }
    } catch (error) {
      await release()
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    await Promise.all(
      entries.map(({ loading }) =>
        loading.then(
          (model) => model[Symbol.asyncDispose](),
          () => {},
        ),
      ),
    )
  }
}
