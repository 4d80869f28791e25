import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { LineCounter, isMap, isNode, isPair, isScalar, parseDocument, type Document } from 'yaml'
import { coreErrors } from './errors.ts'

/** Where something stands in a file that a person wrote. */
export interface YamlProblem {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** A parsed file that still knows where everything in it stands. */
export interface YamlFile {
  readonly name: string
  /** Plain data. */
  readonly value: unknown
  /** Throws with line and column of every place where `value` does not fit `schema`. */
  readonly check: <T extends TSchema>(schema: T, options?: CheckOptions) => Static<T>
  /** An error that points at a place: `['resources', 'jobs', 'a']`. */
  readonly problem: (path: readonly string[], message: string) => Error
}

interface CheckOptions {
  /** Checked instead of the file's own value, for example after variables were filled in. */
  readonly value?: unknown
  /** Where in the file that value stands. */
  readonly at?: readonly string[]
}

/**
 * Reads YAML (or JSON); a syntax error is named with its line and column.
 *
 * @param name What to call the text in messages, for example `promotion.yaml`.
 */
export function readYaml(text: string, name: string): YamlFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const syntax = document.errors.map((error) => ({
    ...positionAt(lines, error.pos[0]),
    message: error.message,
  }))
  if (syntax.length > 0) throw yamlInvalid(name, text, syntax)
  const value: unknown = document.toJS()
  const check: YamlFile['check'] = (schema, options = {}) => {
    const checked = 'value' in options ? options.value : value
    const problems = oneOfConstants([...Value.Errors(schema, checked)]).flatMap((error) =>
      describe({ ...error, path: [...(options.at ?? []), ...pointer(error)] }, document, lines),
    )
    if (problems.length > 0) throw yamlInvalid(name, text, problems)
    return checked as Static<typeof schema>
  }
  const problem: YamlFile['problem'] = (path, message) =>
    yamlInvalid(name, text, [{ ...positionAt(lines, offsetOf(document, path)), message }])
  return { name, value, check, problem }
}

/** Reads YAML and holds it against a schema; unknown keys are problems. */
export function parseYaml<T extends TSchema>(schema: T, text: string, file: string): Static<T> {
  return readYaml(text, file).check(schema)
}

function yamlInvalid(file: string, text: string, problems: readonly YamlProblem[]): Error {
  const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
  const shown = sorted.slice(0, 10).map((p) => `${file}:${p.line}:${p.column}: ${p.message}`)
  const [first] = sorted
  const caret = first ? `\n${excerpt(text, first)}` : ''
  return coreErrors.CORE_YAML_INVALID(shown.join('\n') + caret).with({ details: sorted })
}

function excerpt(text: string, { line, column }: YamlProblem): string {
  const source = text.split('\n')[line - 1] ?? ''
  return `  ${source}\n  ${' '.repeat(column - 1)}^`
}

interface SchemaError {
  readonly keyword: string
  readonly path: readonly string[]
  readonly params: object
  readonly message: string
}

interface FoundError {
  readonly keyword: string
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

/** A value that is none of several constants is one problem, which names them all. */
function oneOfConstants(errors: readonly FoundError[]): FoundError[] {
  const constants = new Map<string, unknown[]>()
  for (const { keyword, instancePath, params } of errors) {
    if (keyword !== 'const') continue
    const known = constants.get(instancePath) ?? []
    constants.set(instancePath, [...known, (params as { allowedValue?: unknown }).allowedValue])
  }
  const said = new Set<string>()
  return errors.flatMap((error) => {
    const allowed = constants.get(error.instancePath)
    if (allowed === undefined) return [error]
    if (error.keyword !== 'const' || said.has(error.instancePath)) return []
    said.add(error.instancePath)
    return [{ ...error, message: `must be ${allowed.map(String).join(', ')}` }]
  })
}

function pointer(error: { readonly instancePath: string }): string[] {
  return error.instancePath.split('/').slice(1).map(decodePointer)
}

function describe(error: SchemaError, document: Document, lines: LineCounter): YamlProblem[] {
  const { path } = error
  // Reported once more, with the names of the keys, as `additionalProperties`.
  if (error.keyword === 'boolean') return []
  const params = error.params as Record<string, unknown>
  if (error.keyword === 'additionalProperties') {
    return strings(params['additionalProperties']).map((key) => ({
      ...positionAt(lines, offsetOfKey(document, [...path, key])),
      message: `unknown key '${key}'`,
    }))
  }
  const where = positionAt(lines, offsetOf(document, path))
  if (error.keyword === 'required') {
    const missing = strings(params['requiredProperties']).map((key) => `'${key}'`)
    return [{ ...where, message: `${label(path)} needs ${missing.join(', ')}` }]
  }
  return [{ ...where, message: `${label(path)} ${error.message}` }]
}

function label(path: readonly string[]): string {
  return path.length > 0 ? `'${path.join('.')}'` : 'the file'
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function decodePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

function offsetOf(document: Document, path: readonly string[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length).map(asIndex), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

function offsetOfKey(document: Document, path: readonly string[]): number {
  const parent: unknown = document.getIn(path.slice(0, -1).map(asIndex), true)
  const map = path.length === 1 ? document.contents : parent
  if (!isMap(map)) return offsetOf(document, path)
  const pair = map.items.find(
    (item) => isPair(item) && isScalar(item.key) && item.key.value === path.at(-1),
  )
  return pair && isScalar(pair.key) && pair.key.range ? pair.key.range[0] : offsetOf(document, path)
}

function asIndex(part: string): string | number {
  return /^\d+$/.test(part) ? Number(part) : part
}

function positionAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}
