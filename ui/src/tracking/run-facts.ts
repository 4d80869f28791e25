import type { Run } from './wire.ts'

/** A run's values by key, looked up once per run instead of once per cell. */
interface RunFacts {
  readonly metrics: ReadonlyMap<string, number>
  readonly params: ReadonlyMap<string, string>
  readonly tags: ReadonlyMap<string, string>
}

const factsOfRun = new WeakMap<Run, RunFacts>()

export function factsOf(run: Run): RunFacts {
  const known = factsOfRun.get(run)
  if (known !== undefined) return known
  const facts = {
    metrics: new Map((run.data?.metrics ?? []).map((metric) => [metric.key, Number(metric.value)])),
    params: new Map((run.data?.params ?? []).map((param) => [param.key, param.value])),
    tags: new Map((run.data?.tags ?? []).map((tag) => [tag.key, tag.value])),
  }
  factsOfRun.set(run, facts)
  return facts
}

export function runName(run: Run): string {
  return run.info.run_name || run.info.run_id
}

/** Milliseconds from start to end; undefined while it runs. */
export function runDuration(run: Run): number | undefined {
  const { start_time: start, end_time: end } = run.info
  return start === undefined || end === undefined || end === 0 ? undefined : end - start
}

/** Every key that any of these runs has, sorted. */
export function keysOf(runs: readonly Run[], kind: 'metrics' | 'params' | 'tags'): string[] {
  const found = new Set<string>()
  for (const run of runs) for (const key of factsOf(run)[kind].keys()) found.add(key)
  return [...found].sort()
}
