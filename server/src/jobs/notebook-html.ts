/** An executed notebook as one HTML page that runs no scripts. */

interface Output {
  readonly output_type: string
  readonly text?: string | readonly string[]
  readonly data?: Readonly<Record<string, unknown>>
  readonly ename?: string
  readonly evalue?: string
  readonly traceback?: readonly string[]
}

interface Cell {
  readonly cell_type: string
  readonly source: string | readonly string[]
  readonly outputs?: readonly Output[]
}

export function notebookToHtml(name: string, ipynb: string): string {
  const { cells } = JSON.parse(ipynb) as { readonly cells: readonly Cell[] }
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escape(name)}</title>
<style>body{font:14px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{overflow:auto;padding:.5rem .75rem;border-radius:4px;background:#f4f4f2}.out{background:none;border-left:3px solid #ccc}.err{border-color:#c33}img{max-width:100%}</style>
</head><body>
${cells.map(cellToHtml).join('\n')}
</body></html>
`
}

function cellToHtml(cell: Cell): string {
  const source = escape(joined(cell.source))
  if (cell.cell_type !== 'code') return `<pre class="out">${source}</pre>`
  return [`<pre>${source}</pre>`, ...(cell.outputs ?? []).map(outputToHtml)].join('\n')
}

function outputToHtml(output: Output): string {
  if (output.output_type === 'error') {
    const trace = (output.traceback ?? [`${output.ename}: ${output.evalue}`]).join('\n')
    return `<pre class="out err">${escape(trace)}</pre>`
  }
  if (output.text !== undefined) return `<pre class="out">${escape(joined(output.text))}</pre>`
  return dataToHtml(output.data ?? {})
}

function dataToHtml(data: Readonly<Record<string, unknown>>): string {
  const png = data['image/png']
  if (typeof png === 'string') {
    return `<img alt="figure" src="data:image/png;base64,${escape(png.trim())}">`
  }
  const html = data['text/html']
  if (html !== undefined) return joined(html as string | readonly string[])
  const plain = data['text/plain']
  return plain === undefined
    ? ''
    : `<pre class="out">${escape(joined(plain as string | readonly string[]))}</pre>`
}

function joined(text: string | readonly string[]): string {
  return typeof text === 'string' ? text : text.join('')
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
