import type { Ctx } from '../../core/index.ts'
import { findOutput } from '../run-reads.ts'
import type { AttemptRef } from './run-state.ts'

/** The input of an iteration, from where its for-each attempt wrote them. */
export async function inputOf(
  tx: Ctx,
  ref: AttemptRef,
): Promise<{ readonly value: unknown } | undefined> {
  if (ref.parentId === undefined) return undefined
  const { resolved } = await findOutput(tx.db, ref.parentId)
  const inputs = (resolved?.['inputs'] ?? []) as readonly unknown[]
  return { value: inputs[ref.attempt.iteration ?? 0] }
}
