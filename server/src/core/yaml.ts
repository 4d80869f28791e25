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

/**
 * Parses YAML (or JSON) and holds it against a schema. Every problem is named with its line and
 * column; unknown keys are problems.
 *
 * @param file What to call the text in messages, for example `promotion.yaml`.
 */
export function parseYaml<T extends TSchema>(schema: T, text: string, file: string): Static<T> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const syntax = document.errors.map((error) => ({
    ...positionAt(lines, error.pos[0]),
    message: error.message,
  }))
  if (syntax.length > 0) throw yamlInvalid(file, text, syntax)
  const value: unknown = document.toJS()
  const problems = [...Value.Errors(schema, value)].flatMap((error) =>
    describe(error, document, lines),
  )
  if (problems.length > 0) throw yamlInvalid(file, text, problems)
  return value as Static<T>
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
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

function describe(error: SchemaError, document: Document, lines: LineCounter): YamlProblem[] {
  const path = error.instancePath.split('/').slice(1).map(decodePointer)
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
