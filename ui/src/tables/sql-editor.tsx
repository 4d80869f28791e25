import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { sql, StandardSQL } from '@codemirror/lang-sql'
import { bracketMatching, syntaxHighlighting } from '@codemirror/language'
import { Compartment, EditorState, Prec } from '@codemirror/state'
import { EditorView, keymap, lineNumbers, placeholder } from '@codemirror/view'
import { useEffect, useEffectEvent, useRef, type ReactNode } from 'react'
import { editorColours, editorTheme } from '../kit/editor-theme.ts'

export type SqlSchema = Readonly<Record<string, readonly string[]>>

function language(schema: SqlSchema): ReturnType<typeof sql> {
  const tables = Object.fromEntries(
    Object.entries(schema).map(([name, columns]) => [name, [...columns]]),
  )
  return sql({ dialect: StandardSQL, schema: tables, upperCaseKeywords: true })
}

/**
 * SQL with colours and completion of table and column names. Ctrl-Enter runs it. The editor lives
 * in a shadow root, where it may bring its style sheet without weakening the page's policy.
 */
export function SqlEditor({
  value,
  schema,
  onChange,
  onRun,
}: {
  readonly value: string
  readonly schema: SqlSchema
  readonly onChange: (text: string) => void
  readonly onRun: () => void
}): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const dialect = useRef(new Compartment())
  const change = useEffectEvent(onChange)
  const run = useEffectEvent(onRun)

  // CodeMirror owns its part of the page.
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
    const parent = document.createElement('div')
    parent.style.height = '100%'
    root.replaceChildren(parent)
    const runKey = { key: 'Mod-Enter', run: () => (run(), true) }
    const editor = new EditorView({
      parent,
      root,
      state: EditorState.create({
        doc: value,
        extensions: [
          Prec.highest(keymap.of([runKey, { key: 'Tab', run: acceptCompletion }])),
          lineNumbers(),
          history(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(),
          keymap.of([
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...historyKeymap,
            ...completionKeymap,
            indentWithTab,
          ]),
          dialect.current.of(language(schema)),
          syntaxHighlighting(editorColours),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'SQL statement' }),
          placeholder('SELECT * FROM main.default.customers LIMIT 100'),
          editorTheme,
          EditorView.updateListener.of((update) => {
            if (update.docChanged) change(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = editor
    editor.focus()
    return () => editor.destroy()
  }, [])

  useEffect(() => {
    view.current?.dispatch({ effects: dialect.current.reconfigure(language(schema)) })
  }, [schema])

  return <div ref={host} style={{ height: '100%' }} />
}
