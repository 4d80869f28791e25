import type { Ctx } from '../../core/index.ts'
import type { AttemptRef } from './run-state.ts'

/** The input of an iteration, from where its for-each attempt wrote them. */
export async function inputOf(
  tx: Ctx,
  ref: AttemptRef,
): Promise<{ readonly value: unknown } | undefined> {
  if (ref.parentId === undefined) return undefined
  const row = await tx.db
    .selectFrom('task_output')
    .select('resolved')
    .where('task_run_id', '=', ref.parentId)
    .executeTakeFirst()
  const { inputs } = JSON.parse(row?.resolved ?? '{"inputs":[]}') as { inputs: unknown[] }
  return { value: inputs[ref.attempt.iteration ?? 0] }
}
