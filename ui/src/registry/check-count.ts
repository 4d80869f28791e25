import type { ModelVersion } from './wire.ts'

export interface CheckCount {
  readonly passed: number
  readonly failed: number
}

/** How a version's newest gate evaluation ended, from the tags that it wrote; undefined without one. */
export function checkCount(version: ModelVersion): CheckCount | undefined {
  const tags = version.tags ?? []
  if (!tags.some((tag) => tag.key === 'gate.passed')) return undefined
  const ended = (word: string) =>
    tags.filter((tag) => tag.key.startsWith('gate.') && tag.value.startsWith(`${word}:`)).length
  return { passed: ended('pass'), failed: ended('fail') }
}
