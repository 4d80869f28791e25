/** One cell before it is executed. */
export interface Cell {
  readonly type: 'markdown' | 'code'
  readonly source: string
}

export function markdown(...lines: readonly string[]): Cell {
  return { type: 'markdown', source: lines.join('\n') }
}

export function code(...lines: readonly string[]): Cell {
  return { type: 'code', source: lines.join('\n') }
}

/** An unexecuted nbformat 4.5 document. The same cells are the same bytes. */
export function formatNotebook(cells: readonly Cell[]): string {
  const document = {
    cells: cells.map((cell, index) => ({
      cell_type: cell.type,
      id: `cell-${String(index + 1).padStart(2, '0')}`,
      metadata: {},
      ...(cell.type === 'code' ? { execution_count: null, outputs: [] } : {}),
      source: splitLines(cell.source),
    })),
    metadata: {
      kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
      language_info: { name: 'python' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  }
  return `${JSON.stringify(document, undefined, 1)}\n`
}

function splitLines(source: string): string[] {
  const lines = source.split('\n')
  return lines.map((line, index) => (index === lines.length - 1 ? line : `${line}\n`))
}

/** Text that Markdown shows as it is. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|]/g, '\\$&')
}
