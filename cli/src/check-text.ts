import type { Check } from '@millrace/sdk'
import { formatNumber, type Output } from './output.ts'

type Shown = Pick<Check, 'id' | 'passed' | 'value' | 'limit'>

/** A line for each check: its mark, its name, what was found and what was allowed. */
export function describeEachCheck(checks: readonly Shown[], out: Output): string[] {
  const width = Math.max(...checks.map(({ id }) => id.length)) + 2
  return checks.map((check) => {
    const mark = check.passed ? out.paint('green', '✓') : out.paint('red', '✗')
    const found = typeof check.value === 'number' ? formatNumber(check.value) : check.value
    return `${mark} ${check.id.padEnd(width)}${found ?? 'undefined'} (${check.limit})`
  })
}
