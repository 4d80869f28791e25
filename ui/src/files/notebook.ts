/** The parts of Jupyter's format 4 that are shown. */
export interface Notebook {
  readonly cells: readonly Cell[]
}

export interface Cell {
  readonly kind: 'markdown' | 'code' | 'raw'
  readonly source: string
  readonly count: number | undefined
  readonly outputs: readonly Output[]
}

export type Output =
  | { readonly kind: 'text' | 'error'; readonly text: string }
  | { readonly kind: 'image'; readonly source: string }
  | { readonly kind: 'html'; readonly html: string }
  | { readonly kind: 'markdown'; readonly text: string }

type Lines = string | readonly string[] | undefined

interface WireOutput {
  readonly output_type?: string
  readonly text?: Lines
  readonly data?: Readonly<Record<string, Lines>>
  readonly ename?: string
  readonly evalue?: string
  readonly traceback?: readonly string[]
}

interface WireCell {
  readonly cell_type?: string
  readonly source?: Lines
  readonly execution_count?: number | null
  readonly outputs?: readonly WireOutput[]
}

function join(lines: Lines): string {
  return typeof lines === 'string' ? lines : (lines ?? []).join('')
}

/** Terminal colours: the escape character, a bracket, numbers and a letter. */
const ansi = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, 'g')

/** Reads a notebook; throws with a sentence when the text is none. */
export function parseNotebook(text: string): Notebook {
  let parsed: { readonly cells?: readonly WireCell[] }
  try {
    parsed = JSON.parse(text) as typeof parsed
  } catch (cause) {
    throw new Error('The file ends in .ipynb but is not JSON', { cause })
  }
  if (!Array.isArray(parsed.cells)) {
    throw new Error('The file has no cells; only Jupyter format 4 is shown')
  }
  return { cells: (parsed.cells as readonly WireCell[]).map(toCell) }
}

function toCell(cell: WireCell): Cell {
  const kind = cell.cell_type === 'markdown' || cell.cell_type === 'code' ? cell.cell_type : 'raw'
  return {
    kind,
    source: join(cell.source),
    count: cell.execution_count ?? undefined,
    outputs: (cell.outputs ?? []).flatMap(toOutput),
  }
}

function toOutput(output: WireOutput): Output[] {
  if (output.output_type === 'error') {
    const trace = (output.traceback ?? []).join('\n').replace(ansi, '')
    return [{ kind: 'error', text: trace || `${output.ename ?? 'Error'}: ${output.evalue ?? ''}` }]
  }
  if (output.output_type === 'stream')
    return [{ kind: 'text', text: join(output.text).replace(ansi, '') }]
  return toDisplay(output.data ?? {})
}

/** The richest form of a display that this page can show. */
function toDisplay(data: Readonly<Record<string, Lines>>): Output[] {
  for (const type of ['image/png', 'image/jpeg']) {
    if (data[type] !== undefined) {
      return [
        { kind: 'image', source: `data:${type};base64,${join(data[type]).replaceAll('\n', '')}` },
      ]
    }
  }
  if (data['image/svg+xml'] !== undefined) {
    const svg = encodeURIComponent(join(data['image/svg+xml']))
    return [{ kind: 'image', source: `data:image/svg+xml,${svg}` }]
  }
  if (data['text/html'] !== undefined) return [{ kind: 'html', html: join(data['text/html']) }]
  if (data['text/markdown'] !== undefined) {
    return [{ kind: 'markdown', text: join(data['text/markdown']) }]
  }
  return data['text/plain'] === undefined
    ? []
    : [{ kind: 'text', text: join(data['text/plain']).replace(ansi, '') }]
}
