/**
 * JSON as Python's `json` writes it. What a record holds comes back as it was sent: `1.0` stays a
 * float, whole numbers keep all their digits, and NaN and the infinities, which JSON lacks, are kept.
 */
declare global {
  interface JSON {
    rawJSON(text: string): object
    isRawJSON(value: unknown): value is { readonly rawJSON: string }
  }
}

const mark = '\u0000'
const bareWords = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/gs
const markedWords = /"\\u0000(NaN|-?Infinity)"/g

/** Throws a SyntaxError on what is no JSON. */
export function parsePythonJson(text: string): unknown {
  const marked = /NaN|Infinity/.test(text)
    ? text.replaceAll(bareWords, (found) =>
        found.startsWith('"') ? found : JSON.stringify(mark + found),
      )
    : text
  return JSON.parse(marked, (_key, value: unknown, ...rest: unknown[]) => {
    const [context] = rest as [{ readonly source?: string }?]
    const { source } = context ?? {}
    const isKept = typeof value !== 'number' || source === undefined || String(value) === source
    return isKept ? value : JSON.rawJSON(source)
  })
}

export function formatPythonJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(markedWords, '$1')
}

/** The same for the same content, in whatever order its keys came. */
export function canonicalJson(value: unknown): string {
  return formatPythonJson(sorted(value))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]))
}

/** What MLflow calls the type of a field. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float'
  if (JSON.isRawJSON(value)) return /[.eE]/.test(value.rawJSON) ? 'float' : 'integer'
  if (typeof value === 'string') return value.startsWith(mark) ? 'float' : 'string'
  return 'object'
}
