import type { YamlPath, YamlPlace } from './yaml-place.ts'

/** The parts of a JSON schema that a job's settings use. */
export interface Schema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: string | number | boolean
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly patternProperties?: Readonly<Record<string, Schema>>
}

export interface Suggestion {
  readonly label: string
  /** Its type, or the values it may have. */
  readonly detail: string
  readonly info: string
  /** What is written for it. */
  readonly text: string
  readonly required: boolean
}

/** The schema of what stands at a path; undefined where anything may stand. */
export function schemaAt(schema: Schema, path: YamlPath): Schema | undefined {
  let found: Schema | undefined = schema
  for (const part of path) {
    if (found === undefined) return undefined
    found =
      part === '-'
        ? found.items
        : (found.properties?.[part] ?? Object.values(found.patternProperties ?? {})[0])
  }
  return found
}

/** What may be written at a place. */
export function suggest(
  schema: Schema,
  place: YamlPlace,
  known: { readonly taskKeys: readonly string[] },
): Suggestion[] {
  if (place.writes.kind === 'value') {
    const path = [...place.path, place.writes.key]
    const values = valuesOf(schemaAt(schema, path))
    if (values.length > 0) return values.map(toValue)
    return namesFor(place, known).map(toValue)
  }
  const here = schemaAt(schema, place.path)
  const required = new Set(here?.required)
  return Object.entries(here?.properties ?? {})
    .filter(([name]) => !place.taken.has(name))
    .map(([name, one]) => ({
      label: name,
      detail: typeOf(one),
      info: infoOf(one),
      text: keyText(name, one, place.indent),
      required: required.has(name),
    }))
}

function toValue(label: string): Suggestion {
  return { label, detail: '', info: '', text: label, required: false }
}

function valuesOf(schema: Schema | undefined): string[] {
  if (schema?.type === 'boolean') return ['true', 'false']
  const options = schema?.anyOf ?? (schema?.const === undefined ? [] : [schema])
  return options.flatMap((one) => (one.const === undefined ? [] : [String(one.const)]))
}

/** Names that only the text or the browser knows. */
function namesFor(
  { path, writes }: YamlPlace,
  { taskKeys }: { readonly taskKeys: readonly string[] },
): readonly string[] {
  const key = writes.kind === 'value' ? writes.key : ''
  if (key === 'task_key' && path.includes('depends_on')) return taskKeys
  if (key === 'timezone_id') return ['UTC', ...Intl.supportedValuesOf('timeZone')]
  return []
}

function typeOf(schema: Schema): string {
  const values = valuesOf(schema)
  if (values.length > 0 && schema.type !== 'boolean') return values.join(' | ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`
  if (schema.type === 'object')
    return schema.properties === undefined ? 'names and values' : 'object'
  return schema.type ?? 'anything'
}

function infoOf(schema: Schema): string {
  const initial = schema.default === undefined ? '' : ` Default ${JSON.stringify(schema.default)}.`
  return `${schema.description ?? ''}${initial}`.trim()
}

/** A key with what must follow it, so that typing goes on in the right place. */
function keyText(name: string, schema: Schema, indent: number): string {
  const inner = `\n${' '.repeat(indent + 2)}`
  if (schema.type === 'array') return `${name}:${inner}- `
  if (schema.type === 'object') return `${name}:${inner}`
  return `${name}: `
}

/** The keys of the tasks in a text, also of one that cannot be parsed. */
export function taskKeysIn(text: string): string[] {
  const keys = [...text.matchAll(/^ *- task_key: *(?<key>[\w-]+)/gm)]
  return [...new Set(keys.map((found) => found.groups?.['key'] ?? ''))]
}
