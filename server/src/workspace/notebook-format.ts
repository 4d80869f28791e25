import { workspaceErrors } from './errors.ts'
import { Language } from './types.ts'

const commentMarks: Readonly<Record<Language, string>> = {
  PYTHON: '#',
  R: '#',
  SQL: '--',
  SCALA: '//',
}

const kernelLanguages: Readonly<Record<string, Language>> = {
  python: Language.Python,
  sql: Language.Sql,
  scala: Language.Scala,
  r: Language.R,
}

interface Cell {
  readonly kind: 'code' | 'markdown'
  readonly text: string
  readonly title?: string
}

const separator = 'COMMAND ----------'

/** Source that begins `# Databricks notebook source` is a notebook, anything else is a plain file. */
export function hasNotebookHeader(content: Buffer, language: Language): boolean {
  const firstLine = content.subarray(0, 200).toString('utf8').split(/\r?\n/, 1)[0] ?? ''
  return firstLine.trim() === headerOf(language)
}

/** The language that a file's extension says; `.py` → PYTHON. */
export function languageOfExtension(path: string): Language | undefined {
  const extension = /\.([A-Za-z]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  const known: Readonly<Record<string, Language>> = { ...kernelLanguages, py: Language.Python }
  return Object.hasOwn(known, extension) ? known[extension] : undefined
}

export function extensionOf(language: Language): string {
  const extensions = { PYTHON: 'py', SQL: 'sql', SCALA: 'scala', R: 'r' } as const
  return extensions[language]
}

/** Checks that the content is an `.ipynb` and says in which language its cells are. */
export function readJupyterLanguage(path: string, content: Buffer): Language {
  const metadata = parseJupyter(path, content).metadata
  const name = metadata?.language_info?.name ?? metadata?.kernelspec?.language ?? 'python'
  return kernelLanguages[name.toLowerCase()] ?? Language.Python
}

/** An `.ipynb` as one source file; outputs are dropped. */
export function jupyterToSource(path: string, content: Buffer): Buffer {
  const language = readJupyterLanguage(path, content)
  const mark = commentMarks[language]
  const cells = parseJupyter(path, content).cells.map((cell) => {
    const text = [cell.source ?? ''].flat().join('')
    if (cell.cell_type === 'markdown') return magic(mark, `%md\n${text}`)
    return text.startsWith('%') ? magic(mark, text) : text
  })
  return Buffer.from(`${headerOf(language)}\n${cells.join(`\n\n${mark} ${separator}\n\n`)}\n`)
}

/** A source notebook as an `.ipynb` without outputs. */
export function sourceToJupyter(content: Buffer, language: Language): Buffer {
  const cells = splitCells(content.toString('utf8'), language).map((cell, index) => ({
    id: `cell-${index + 1}`,
    cell_type: cell.kind,
    metadata: cell.title === undefined ? {} : { title: cell.title },
    source: cell.text.split(/(?<=\n)/),
    ...(cell.kind === 'code' ? { execution_count: null, outputs: [] } : {}),
  }))
  const name = language.toLowerCase()
  const notebook = {
    cells,
    metadata: {
      kernelspec: {
        display_name: name === 'python' ? 'Python 3' : name,
        language: name,
        name: name === 'python' ? 'python3' : name,
      },
      language_info: { name },
    },
    nbformat: 4,
    nbformat_minor: 5,
  }
  return Buffer.from(`${JSON.stringify(notebook, null, 1)}\n`)
}

function splitCells(source: string, language: Language): Cell[] {
  const mark = commentMarks[language]
  const lines = source.split(/\r?\n/)
  if (lines[0]?.trim() === headerOf(language)) lines.shift()
  const groups: string[][] = [[]]
  for (const line of lines) {
    if (line.trim() === `${mark} ${separator}`) groups.push([])
    else groups.at(-1)?.push(line)
  }
  return groups.map((group) => toCell(group, mark)).filter((cell) => cell.text !== '')
}

function toCell(lines: readonly string[], mark: string): Cell {
  const titleMark = `${mark} DBTITLE 1,`
  const title = lines.find((line) => line.startsWith(titleMark))?.slice(titleMark.length)
  const body = lines.filter((line) => !line.startsWith(titleMark))
  const text = body.join('\n').trim()
  const named = title === undefined ? {} : { title }
  if (!text.startsWith(`${mark} MAGIC`)) return { kind: 'code', text, ...named }
  const plain = text
    .split('\n')
    .map((line) => line.replace(`${mark} MAGIC`, '').replace(/^ /, ''))
    .join('\n')
  const markdown = /^%md(-sandbox)?\s?/.exec(plain)
  if (!markdown) return { kind: 'code', text: plain, ...named }
  return { kind: 'markdown', text: plain.slice(markdown[0].length), ...named }
}

function magic(mark: string, text: string): string {
  return text
    .split('\n')
    .map((line) => `${mark} MAGIC ${line}`.trimEnd())
    .join('\n')
}

function headerOf(language: Language): string {
  return `${commentMarks[language]} Databricks notebook source`
}

interface Jupyter {
  readonly cells: readonly { cell_type?: string; source?: string | readonly string[] }[]
  readonly metadata?: {
    language_info?: { name?: string }
    kernelspec?: { language?: string }
  }
}

function parseJupyter(path: string, content: Buffer): Jupyter {
  const refuse = (why: string) => workspaceErrors.WORKSPACE_NOTEBOOK_INVALID(path, why)
  let parsed: unknown
  try {
    parsed = JSON.parse(content.toString('utf8'))
  } catch (error) {
    throw refuse((error as Error).message).with({ cause: error })
  }
  if (typeof parsed !== 'object' || parsed === null) throw refuse('it is not a JSON object')
  if (!('cells' in parsed) || !Array.isArray(parsed.cells)) throw refuse("it has no 'cells'")
  return parsed as Jupyter
}
