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
    case 'threshold':
    case 'schema':
    case 'scoring':
      return rest.replaceAll('_', ' ').replace('roc auc', 'roc_auc')
  }
}
