import { query, readScript, type Ctx, type DialectName, type Script } from '../core/index.ts'
import { joinAnd, type SqlPart } from './search/conditions.ts'
import { ofExperiments, traceFilter } from './trace-search.ts'

export interface CorrelationInput {
  readonly experiments: readonly number[]
  readonly filters: readonly [string, string]
  /** Traces that this does not find count as not being there. */
  readonly base: string | undefined
}

export interface Counts {
  readonly first: number
  readonly second: number
  readonly both: number
  readonly all: number
}

/** How many traces each filter finds, and both together. */
export async function countTogether(ctx: Ctx, input: CorrelationInput): Promise<Counts> {
  return readScript(ctx, count(ctx.database.dialect, input))
}

function* count(dialect: DialectName, input: CorrelationInput): Script<Counts> {
  const [first, second] = input.filters.map((filter) => traceFilter(dialect, filter)) as [
    SqlPart,
    SqlPart,
  ]
  const both = joinAnd([first, second])
  const where = joinAnd([
    ofExperiments(dialect, input.experiments),
    traceFilter(dialect, input.base),
  ])
  const sums = [first, second, both].map(
    ({ sql }) => `coalesce(sum(case when ${sql} then 1 else 0 end), 0)`,
  )
  const [row] = yield* query<Counts>(
    `select ${sums[0]} as first, ${sums[1]} as second, ${sums[2]} as both, count(*) as "all"
     from tracking_trace t where ${where.sql}`,
    ...first.parameters,
    ...second.parameters,
    ...both.parameters,
    ...where.parameters,
  )
  const { first: a = 0, second: b = 0, both: ab = 0, all = 0 } = row ?? {}
  return { first: Number(a), second: Number(b), both: Number(ab), all: Number(all) }
}

/** Jeffreys' prior. */
const smoothing = 0.5

/**
 * Normalised pointwise mutual information: -1 when the two never come together, 0 when they are
 * independent, 1 when they always do. NaN when one of them never comes. Smoothed, every cell of the
 * table counts half a trace more (Jeffreys), which keeps small samples from the extremes.
 * Bouma, "Normalized (Pointwise) Mutual Information in Collocation Extraction", 2009.
 */
export function correlationOf(counts: Counts): {
  readonly npmi: number
  readonly smoothed: number
} {
  const { first, second, both, all } = counts
  if (all === 0 || first === 0 || second === 0) return { npmi: Number.NaN, smoothed: Number.NaN }
  if (both === all) return { npmi: 1, smoothed: 1 }
  return { npmi: both === 0 ? -1 : npmi(counts, 0), smoothed: npmi(counts, smoothing) }
}

function npmi({ first, second, both, all }: Counts, prior: number): number {
  const total = all + 4 * prior
  const together = (both + prior) / total
  const apart = ((first + 2 * prior) / total) * ((second + 2 * prior) / total)
  const value = Math.log(together / apart) / -Math.log(together)
  return Math.max(-1, Math.min(1, value))
}
