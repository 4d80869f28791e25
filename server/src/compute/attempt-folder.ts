import { join } from 'node:path'
import type { Ctx } from '../core/index.ts'
import { computeErrors } from './errors.ts'

/** The folder of an attempt: `spec.json`, `log`, `exit.json` and, unless given another, its working folder. */
export function attemptFolder(ctx: Ctx, attemptId: string): string {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/.test(attemptId)) {
    throw computeErrors.COMPUTE_ATTEMPT_INVALID(
      `'${attemptId}' cannot name an attempt; use up to 128 letters, digits, '.', '_' and '-'`,
    )
  }
  return join(ctx.config.dataDir, 'attempts', attemptId)
}
