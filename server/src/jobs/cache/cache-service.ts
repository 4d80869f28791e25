/**
 * Whether an earlier result stands for an attempt. Decided once for each attempt, before it runs,
 * and written down; only what has succeeded by running itself can stand for others.
 */
import { inTransaction, listEdges, type Ctx } from '../../core/index.ts'
import type { Attempt } from '../tasks/contract.ts'
import type { JobRun } from '../types.ts'
import { listTaskValues, upsertTaskValue } from '../value-store.ts'
import { findDecision, hasSucceeded, listCandidates } from './cache-reads.ts'
import { insertCacheEntry, keepResult } from './cache-store.ts'
import { compareParts, hitBecause, ranBecause } from './compare.ts'
import { hashParts, partsOf } from './parts.ts'
import { findTableNow, tableOfEdge, type TableNow } from './table-versions.ts'
import type { CacheDecision, CacheParts, Candidate, Difference, TableVersion } from './types.ts'

export async function decideCache(ctx: Ctx, attempt: Attempt): Promise<CacheDecision> {
  const before = await findDecision(ctx.db, attempt.taskRunId)
  if (before) return before
  const parts = await partsOf(ctx, attempt)
  const keyHash = hashParts(parts)
  const found = await look(ctx, attempt, { parts, keyHash })
  const { decision } = found
  await inTransaction(ctx, async (tx) => {
    await insertCacheEntry(tx.db, {
      taskRunId: attempt.taskRunId,
      scope: scopeOf(attempt.run),
      taskKey: attempt.taskKey,
      keyHash,
      parts,
      decision,
      createdAt: tx.now(),
    })
    if (decision.hit && found.candidate) await takeOverValues(tx, attempt, found.candidate)
  })
  return decision
}

/** Results are shared among the runs of one job, or of submitted runs of one name. */
function scopeOf({ jobId, name }: JobRun): string {
  return jobId === undefined ? `submit:${name}` : `job:${jobId}`
}

const mostAlike = 20
const mostCompared = 50

interface Found {
  readonly decision: CacheDecision
  readonly candidate: Candidate | undefined
}

async function look(
  ctx: Ctx,
  attempt: Attempt,
  key: { readonly parts: CacheParts; readonly keyHash: string },
): Promise<Found> {
  const { run, taskKey, iteration } = attempt
  if (
    run.repairCount > 0 &&
    (await hasSucceeded(ctx.db, { runId: run.runId, taskKey, iteration }))
  ) {
    const decision = { ...ranBecause(undefined), reason: 'Ran because a repair asked for it again' }
    return { decision, candidate: undefined }
  }
  const asked = { scope: scopeOf(run), taskKey }
  const now = readOnce(ctx)
  const alike = await listCandidates(ctx.db, { ...asked, keyHash: key.keyHash, limit: mostAlike })
  const compared = []
  for (const candidate of alike) {
    const differences = await outsideDifferences(ctx, { attempt, candidate, now })
    if (differences.length === 0) return { decision: hitBecause(candidate), candidate }
    compared.push({ candidate, differences })
  }
  if (compared.length === 0) {
    for (const candidate of await listCandidates(ctx.db, { ...asked, limit: mostCompared })) {
      compared.push({ candidate, differences: compareParts(candidate.parts, key.parts) })
    }
  }
  // Of those that differ least, the newest.
  const [nearest] = compared.toSorted((a, b) => a.differences.length - b.differences.length)
  if (!nearest || alike.length > 0) return { decision: ranBecause(nearest), candidate: undefined }
  const { candidate } = nearest
  const outside = await outsideDifferences(ctx, { attempt, candidate, now })
  const differences = [...nearest.differences, ...outside]
  return { decision: ranBecause({ candidate, differences }), candidate: undefined }
}

type ReadTable = (name: string) => Promise<TableNow | undefined>

function readOnce(ctx: Ctx): ReadTable {
  const known = new Map<string, Promise<TableNow | undefined>>()
  return (name) => {
    const reading = known.get(name) ?? findTableNow(ctx, name)
    known.set(name, reading)
    return reading
  }
}

interface Comparing {
  readonly attempt: Attempt
  readonly candidate: Candidate
  readonly now: ReadTable
}

/** What has changed around a result whose own parts are the same. */
async function outsideDifferences(ctx: Ctx, of: Comparing): Promise<Difference[]> {
  const { attempt, candidate, now } = of
  const { cache } = attempt.task
  const found: Difference[] = []
  if (!cache?.tables) {
    for (const read of candidate.kept.read) found.push(...(await readDifference(of, read)))
  }
  for (const { table } of candidate.kept.wrote) {
    const there = await now(table)
    if (there && there.createdAt <= candidate.endedAt) continue
    const after = there ? 'was made anew' : undefined
    found.push({ part: 'output', name: table, before: undefined, after })
  }
  const ageMs = ctx.now().getTime() - candidate.endedAt.getTime()
  const mostMs = (cache?.max_age_seconds ?? Infinity) * 1000
  if (ageMs > mostMs) {
    const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`
    found.push({ part: 'age', name: 'age', before: seconds(mostMs), after: seconds(ageMs) })
  }
  return found
}

async function readDifference(
  { candidate, now }: Comparing,
  { table, version }: TableVersion,
): Promise<Difference[]> {
  const there = await now(table)
  const recreated = there !== undefined && there.createdAt > candidate.endedAt
  if (there?.version === version && !recreated) return []
  const again = recreated ? ' of a table made anew' : ''
  const after = there && `version ${there.version}${again}`
  return [{ part: 'table', name: table, before: `version ${version}`, after }]
}

async function takeOverValues(tx: Ctx, attempt: Attempt, candidate: Candidate): Promise<void> {
  const { run, taskKey, taskRunId } = attempt
  for (const [name, value] of Object.entries(candidate.kept.values)) {
    const taken = { runId: run.runId, taskKey, name, value }
    await upsertTaskValue(tx.db, taken, { by: taskRunId, at: tx.now() })
  }
}

/** Notes what the attempt, which has succeeded, leaves for later ones. */
export async function keepForLater(ctx: Ctx, attempt: Attempt): Promise<void> {
  const { run, taskKey, taskRunId, attemptId } = attempt
  const values = (await listTaskValues(ctx.db, run.runId)).filter(
    (value) => value.taskKey === taskKey,
  )
  const tables = async (kind: 'READ' | 'WROTE') =>
    (await listEdges(ctx.db, { from: `attempt:${attemptId}`, kind })).flatMap(
      (edge) => tableOfEdge(edge) ?? [],
    )
  const kept = {
    values: Object.fromEntries(values.map(({ name, value }) => [name, value])),
    read: await tables('READ'),
    wrote: await tables('WROTE'),
  }
  await inTransaction(ctx, (tx) => keepResult(tx.db, taskRunId, kept))
}
