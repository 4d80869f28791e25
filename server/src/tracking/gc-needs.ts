import type { Ctx } from '../core/index.ts'

/** Something deleted that garbage collection would delete for good. */
export interface GcCandidate {
  readonly kind: 'run' | 'logged_model' | 'experiment'
  readonly id: string
  readonly artifactUri: string
}

export interface GcNeed {
  readonly candidate: GcCandidate
  /** What needs it, for people: `version churn/3`. */
  readonly by: string
}

/** Which of the candidates something of a room cannot do without. */
export type NeedSource = (
  ctx: Ctx,
  candidates: readonly GcCandidate[],
) => Promise<readonly GcNeed[]>

const sources = new Map<string, NeedSource>()

/**
 * Rooms above this one say what they need when they are loaded, so that nothing is collected before
 * everyone has been asked.
 */
export function defineNeeds(room: string, source: NeedSource): void {
  sources.set(room, source)
}

/** Why each candidate is needed; those that nothing needs are not in the answer. */
export async function findNeeds(
  ctx: Ctx,
  candidates: readonly GcCandidate[],
): Promise<ReadonlyMap<GcCandidate, readonly string[]>> {
  const needs = new Map<GcCandidate, string[]>()
  if (candidates.length === 0) return needs
  for (const source of sources.values()) {
    for (const { candidate, by } of await source(ctx, candidates)) {
      needs.set(candidate, [...(needs.get(candidate) ?? []), by])
    }
  }
  return needs
}
