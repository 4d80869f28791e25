import type { ModelVersion } from './wire.ts'

export interface CheckCount {
  readonly passed: number
  readonly failed: number
}

/** How a version's newest gate evaluation ended, from the tags that it wrote; undefined without one. */
export function checkCount(version: ModelVersion): CheckCount | undefined {
  const tags = version.tags ?? []
  const result = tags.find((tag) => tag.key === 'gate.passed')?.value
  if (result === undefined) return undefined
  const ended = (word: RegExp) =>
    tags.filter((tag) => tag.key.startsWith('gate.') && word.test(tag.value)).length
  const failed = ended(/^fail:/i)
  // The whole verdict counts, even if no single check says that it failed.
  return { passed: ended(/^pass:/i), failed: result === 'true' ? failed : Math.max(1, failed) }
}
