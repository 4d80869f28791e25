import { useMemo, type ReactNode } from 'react'
import { classNames } from '../kit/class-names.ts'
import { CodeBlock } from '../kit/code.tsx'
import { Markdown } from '../kit/markdown.tsx'
import { PythonCode } from '../kit/python-code.tsx'
import { SandboxFrame } from '../kit/sandbox-frame.tsx'
import { ErrorState } from '../kit/states.tsx'
import { parseNotebook, type Cell, type Notebook, type Output } from './notebook.ts'
import styles from './notebook-view.module.css'

function tryParse(text: string): { readonly notebook?: Notebook; readonly error?: unknown } {
  try {
    return { notebook: parseNotebook(text) }
  } catch (error) {
    return { error }
  }
}

/** A Jupyter notebook with its outputs. HTML outputs are shown in a sandbox. */
export function NotebookView({ text }: { readonly text: string }): ReactNode {
  const { notebook, error } = useMemo(() => tryParse(text), [text])
  if (notebook === undefined) return <ErrorState error={error} what="show the notebook" />
  return (
    <div className={styles['notebook']}>
      {notebook.cells.map((cell, index) => (
        <div key={index} className={styles['cell']}>
          <div className={styles['count']}>{cell.kind === 'code' && `[${cell.count ?? ' '}]`}</div>
          <CellView cell={cell} />
        </div>
      ))}
    </div>
  )
}

function CellView({ cell }: { readonly cell: Cell }): ReactNode {
  if (cell.kind === 'markdown') return <Markdown text={cell.source} />
  return (
    <div style={{ minWidth: 0 }}>
      {cell.source !== '' && (
        <CodeBlock text={cell.source} language="Python">
          <PythonCode code={cell.source} />
        </CodeBlock>
      )}
      {cell.outputs.length > 0 && (
        <div className={styles['outputs']}>
          {cell.outputs.map((output, index) => (
            <OutputView key={index} output={output} />
          ))}
        </div>
      )}
    </div>
  )
}

/** Jupyter's tables come without a style of their own. */
const frameStyle = `<style>body{font:13px system-ui,sans-serif;margin:4px;color:#16211f}
table{border-collapse:collapse;font-size:12px}th,td{padding:3px 9px;border-bottom:1px solid #dde4e4;text-align:right}
th{background:#f1f4f4}</style>`

function OutputView({ output }: { readonly output: Output }): ReactNode {
  switch (output.kind) {
    case 'image':
      return <img className={styles['image']} src={output.source} alt="Output of the cell" />
    case 'html':
      return <SandboxFrame html={`${frameStyle}${output.html}`} title="Output" height={460} fit />
    case 'markdown':
      return <Markdown text={output.text} />
    case 'text':
    case 'error':
      return (
        <pre
          className={classNames(styles['text'], output.kind === 'error' && styles['error'])}
          tabIndex={0}
          aria-label={output.kind === 'error' ? 'Error' : 'Output'}
        >
          {output.text}
        </pre>
      )
  }
}
