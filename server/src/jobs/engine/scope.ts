import type { Ctx } from '../../core/index.ts'
import { findReferences, resolveReferences, type ReferenceScope } from '../references.ts'
import { runScope } from '../run-parameters.ts'
import { listTaskValues } from '../value-store.ts'
import type { TaskOutput } from '../tasks/contract.ts'
import type { FindOutput } from './inputs.ts'
import type { LiveRun } from './live-run.ts'
import type { AttemptRef } from './run-state.ts'

export interface ScopeInput {
  readonly live: LiveRun
  readonly ref: AttemptRef
  /** The configuration whose references are to be replaced. */
  readonly configuration: unknown
  readonly input: { readonly value: unknown } | undefined
  readonly findOutput: FindOutput
}

/** Everything that the references in the configuration can see, read at this moment. */
export async function referenceScope(tx: Ctx, asked: ScopeInput): Promise<ReferenceScope> {
  const { live, ref } = asked
  const { run, state } = live
  const paths = findReferences(asked.configuration).map((reference) => reference.path)
  const values = paths.some((path) => path[0] === 'tasks' && path[3] !== undefined)
    ? await taskValues(tx, run.runId)
    : new Map<string, string>()
  const rows = await sqlRows(asked, paths)
  const index = new Map(state.graph.tasks.map((task) => [task.key, task.index]))
  const scope: ReferenceScope = {
    ...runScope(run, tx.url),
    task: {
      name: ref.task.key,
      runId: ref.attempt.id,
      executionCount: ref.attempt.attemptNumber + 1,
    },
    findTask: (key) => {
      const attempt = state.tasks[index.get(key) ?? -1]
      return (
        attempt && {
          runId: attempt.id,
          result: attempt.end?.result,
          code: attempt.end?.code,
          executionCount: attempt.attemptNumber + 1,
        }
      )
    },
    findTaskValue: (task, name) => values.get(`${task}\n${name}`),
    findRows: (task) => rows.get(task),
    input: asked.input,
  }
  // What a parameter refers to is there when the run begins; it cannot refer to other parameters.
  const parameters = resolveReferences(run.parameters, scope)
  return { ...scope, job: { ...scope.job, parameters } }
}

async function taskValues(tx: Ctx, runId: number): Promise<Map<string, string>> {
  const values = await listTaskValues(tx.db, runId)
  return new Map(values.map((value) => [`${value.taskKey}\n${value.name}`, value.value]))
}

type Rows = readonly Readonly<Record<string, unknown>>[]

async function sqlRows(
  { live: { state }, findOutput }: ScopeInput,
  all: readonly (readonly string[])[],
): Promise<Map<string, Rows>> {
  const found = new Map<string, Rows>()
  const keys = all.filter((path) => path[0] === 'tasks' && path[2] === 'output')
  for (const key of new Set(keys.map((path) => path[1] ?? ''))) {
    const task = state.graph.tasks.find((candidate) => candidate.key === key)
    const attempt = task && state.tasks[task.index]
    if (!attempt) continue
    const { sql } = (await findOutput(attempt.id)).output
    if (sql) found.set(key, toObjects(sql))
  }
  return found
}

function toObjects(sql: NonNullable<TaskOutput['sql']>): Rows {
  return sql.rows.map((row) =>
    Object.fromEntries(sql.columns.map((column, at) => [column.name, row[at] ?? null])),
  )
}
