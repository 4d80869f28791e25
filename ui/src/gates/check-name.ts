import type { Check } from './use-evaluations.ts'

/** A check's id without its kind, in words: `slice.contract=One year.roc_auc` → `contract = One year: roc_auc`. */
export function checkName(check: Check): string {
  const rest = check.id.startsWith(`${check.kind}.`)
    ? check.id.slice(check.kind.length + 1)
    : check.id
  switch (check.kind) {
    case 'slice': {
      const at = rest.lastIndexOf('.')
      return `${rest.slice(0, at).replace('=', ' = ')}: ${rest.slice(at + 1)}`
    }
    case 'champion':
      return `${rest} against the live version`
    case 'document':
      return rest
    case 'schema':
      return rest.replace(/^forbidden\./, 'does not take ')
    case 'threshold':
    case 'scoring':
      return rest
  }
}
