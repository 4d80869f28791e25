import type { CacheDecision, CacheParts, Candidate, Difference, DifferencePart } from './types.ts'

type Values = Readonly<Record<string, string>>

/** What differs between the parts that are known before a task runs. */
export function compareParts(before: CacheParts, after: CacheParts): Difference[] {
  const packages = compareValues('environment', before.packages, after.packages)
  const environment = { lock: before.environment }
  return [
    ...compareValues('code', before.code, after.code),
    ...packages,
    // The same packages in another lock: another Python, another index, other hashes.
    ...(packages.length > 0
      ? []
      : compareValues('environment', environment, { lock: after.environment })),
    ...compareValues('parameter', before.parameters, after.parameters),
    ...compareValues('table', before.tables, after.tables),
    ...compareValues('version', { version: before.version }, { version: after.version }),
  ]
}

function compareValues(part: DifferencePart, before: Values, after: Values): Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return names.flatMap((name) =>
    before[name] === after[name] ? [] : [{ part, name, before: before[name], after: after[name] }],
  )
}

export function hitBecause(candidate: Candidate): CacheDecision {
  const { runId, taskRunId, endedAt } = candidate
  return {
    hit: true,
    reason: `Hit because nothing has changed since run ${runId}, where it succeeded at ${iso(endedAt)}`,
    runId,
    taskRunId,
    differences: [],
  }
}

export function ranBecause(
  nearest:
    | { readonly candidate: Candidate; readonly differences: readonly Difference[] }
    | undefined,
): CacheDecision {
  if (!nearest) {
    return {
      hit: false,
      reason: 'Ran because it has not succeeded before',
      runId: undefined,
      taskRunId: undefined,
      differences: [],
    }
  }
  const { candidate, differences } = nearest
  return {
    hit: false,
    reason: `Ran because ${describe(differences)}, compared with run ${candidate.runId}`,
    runId: candidate.runId,
    taskRunId: candidate.taskRunId,
    differences,
  }
}

const mostNamed = 3

function describe(differences: readonly Difference[]): string {
  const named = differences.slice(0, mostNamed).map(describeOne)
  const more = differences.length - named.length
  return [...named, ...(more > 0 ? [`${more} more changed`] : [])].join('; ')
}

function describeOne({ part, name, before, after }: Difference): string {
  const change = describeChange(before, after)
  switch (part) {
    case 'code':
      return `the code ${name} ${describeFile(before, after)}`
    case 'table':
      return `table ${name} ${change}`
    case 'environment':
      return name === 'lock' ? 'its environment changed' : `package ${name} ${change}`
    case 'parameter':
      return `parameter ${name} ${change}`
    case 'version':
      return `cache.version ${change}`
    case 'age':
      return `the result is ${after ?? ''} old, more than ${before ?? ''}`
    case 'output':
      return `table ${name}, which it wrote, ${after ?? 'is gone'}`
  }
}

function describeFile(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return 'is new'
  return after === undefined ? 'is gone' : 'changed'
}

function describeChange(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return `is new (${shown(after)})`
  if (after === undefined) return `is gone (was ${shown(before)})`
  return `was ${shown(before)}, is ${shown(after)}`
}

function shown(value = ''): string {
  if (value === '') return 'empty'
  return value.length > 60 ? `${value.slice(0, 59)}…` : value
}

function iso(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}
