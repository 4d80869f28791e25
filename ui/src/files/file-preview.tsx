import { lazy, Suspense, type ReactNode } from 'react'
import { CodeBlock } from '../kit/code.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatCount } from '../kit/format.ts'
import { Markdown } from '../kit/markdown.tsx'
import { SandboxFrame } from '../kit/sandbox-frame.tsx'
import { SkeletonBlock } from '../kit/states.tsx'
import { parseCsv } from './parse-csv.ts'

const NotebookView = lazy(async () => {
  const { NotebookView: component } = await import('./notebook-view.tsx')
  return { default: component }
})

const PythonCode = lazy(async () => {
  const { PythonCode: component } = await import('../kit/python-code.tsx')
  return { default: component }
})

export type FileKind =
  | 'image'
  | 'notebook'
  | 'table'
  | 'markdown'
  | 'html'
  | 'json'
  | 'python'
  | 'text'
  | 'none'

const kinds: Readonly<Record<string, FileKind>> = {
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  gif: 'image',
  webp: 'image',
  svg: 'image',
  ipynb: 'notebook',
  csv: 'table',
  tsv: 'table',
  md: 'markdown',
  html: 'html',
  htm: 'html',
  json: 'json',
  py: 'python',
}

const textual = new Set(
  'txt log yaml yml toml cfg ini sql sh r xml env lock conf MLmodel requirements properties'.split(
    ' ',
  ),
)

export function previewKind(path: string): FileKind {
  const name = path.split('/').at(-1) ?? ''
  const extension = name.includes('.') ? (name.split('.').at(-1) ?? '').toLowerCase() : name
  return kinds[extension] ?? (textual.has(extension) ? 'text' : 'none')
}

const longestText = 400_000

/** The text of a file in the way that fits its kind; what a user uploaded never runs in this page. */
export function FilePreview(props: FilePreviewProps): ReactNode {
  return (
    <Suspense fallback={<SkeletonBlock height={320} />}>
      <TextPreview {...props} />
    </Suspense>
  )
}

export interface FilePreviewProps {
  readonly kind: Exclude<FileKind, 'image' | 'none'>
  readonly text: string
  /** Its path or name. */
  readonly name: string
}

function TextPreview({ kind, text, name }: FilePreviewProps): ReactNode {
  switch (kind) {
    case 'notebook':
      return <NotebookView text={text} />
    case 'table':
      return <CsvPreview text={text} separator={name.endsWith('.tsv') ? '\t' : ','} />
    case 'markdown':
      return <Markdown text={text} />
    case 'html':
      return <SandboxFrame html={text} title={name} height={640} />
    case 'python':
      return (
        <CodeBlock text={text} language="Python">
          <PythonCode code={text} />
        </CodeBlock>
      )
    case 'json':
      return <CodeBlock text={prettyJson(text)} language="JSON" />
    case 'text':
      return (
        <>
          <CodeBlock text={text.slice(0, longestText)} />
          {text.length > longestText && (
            <p className="muted">
              The first {formatCount(longestText)} of {formatCount(text.length)} characters.
            </p>
          )}
        </>
      )
  }
}

function prettyJson(text: string): string {
  if (text.length > longestText) return text.slice(0, longestText)
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

const mostRows = 10_000

function CsvPreview({
  text,
  separator,
}: {
  readonly text: string
  readonly separator: string
}): ReactNode {
  const { header, rows, truncated } = parseCsv(text, { separator, mostRows })
  const columns = header.map((name, index): Column<readonly string[]> => ({
    id: String(index),
    header: name,
    width: 150,
    value: (row) => row[index],
  }))
  const indexed = new Map(rows.map((row, index) => [row, String(index)]))
  return (
    <DataTable
      label="File"
      rows={rows}
      columns={columns}
      rowId={(row) => indexed.get(row) ?? ''}
      maxHeight={560}
      footer={`${formatCount(rows.length)} rows${truncated ? ', the first of more' : ''}`}
    />
  )
}
