import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  completionKeymap,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { foldGutter, foldKeymap, indentUnit, syntaxHighlighting } from '@codemirror/language'
import { setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { EditorState, Prec, type Extension, type Text } from '@codemirror/state'
import { EditorView, keymap, lineNumbers } from '@codemirror/view'
import { useEffect, useEffectEvent, useRef, type ReactNode } from 'react'
import { editorColours, editorTheme } from '../kit/editor-theme.ts'
import { suggest, taskKeysIn, type Schema, type Suggestion } from './schema-completion.ts'
import type { SettingsProblem } from './use-job-settings.ts'
import { placeInYaml } from './yaml-place.ts'

/** Where to put the cursor; a new object each time it is asked. */
export interface Spot {
  readonly line: number
  readonly column: number
}

interface YamlEditorProps {
  /** What it begins with, and takes over when this changes. */
  readonly initial: string
  readonly schema: Schema
  readonly problems: readonly SettingsProblem[]
  readonly spot: Spot | undefined
  readonly onChange: (text: string) => void
  readonly onSave: () => void
}

/** YAML with colours, completion by schema, and what is wrong underlined where it is. */
export function YamlEditor(props: YamlEditorProps): ReactNode {
  const { initial, problems, spot } = props
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const change = useEffectEvent(props.onChange)
  const save = useEffectEvent(props.onSave)
  const complete = useEffectEvent((context: CompletionContext) =>
    completions(context, props.schema),
  )

  // CodeMirror owns its part of the page, in a shadow root where its style sheet is allowed.
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
    const parent = document.createElement('div')
    parent.style.height = '100%'
    root.replaceChildren(parent)
    const doc = initial
    const own = extensions({ change, complete, save })
    const editor = new EditorView({
      parent,
      root,
      state: EditorState.create({ doc, extensions: own }),
    })
    view.current = editor
    return () => editor.destroy()
  }, [initial])

  useEffect(() => {
    const editor = view.current
    if (editor === null) return
    const found = problems.map((problem) => toDiagnostic(editor.state.doc, problem))
    editor.dispatch(setDiagnostics(editor.state, found))
  }, [problems, initial])

  useEffect(() => {
    const editor = view.current
    if (editor === null || spot === undefined) return
    const anchor = offsetOf(editor.state.doc, spot)
    editor.dispatch({ selection: { anchor }, scrollIntoView: true })
    editor.focus()
  }, [spot])

  return <div ref={host} style={{ height: '100%' }} />
}

function extensions(on: {
  readonly change: (text: string) => void
  readonly complete: (context: CompletionContext) => CompletionResult | null
  readonly save: () => void
}): Extension {
  return [
    Prec.highest(
      keymap.of([
        { key: 'Mod-s', preventDefault: true, run: () => (on.save(), true) },
        { key: 'Tab', run: acceptCompletion },
      ]),
    ),
    lineNumbers(),
    foldGutter(),
    history(),
    closeBrackets(),
    indentUnit.of('  '),
    yaml(),
    autocompletion({ override: [on.complete], icons: false }),
    keymap.of([
      ...completionKeymap,
      ...foldKeymap,
      ...defaultKeymap,
      ...historyKeymap,
      indentWithTab,
    ]),
    syntaxHighlighting(editorColours),
    EditorView.contentAttributes.of({ 'aria-label': 'Settings of the job, YAML', tabindex: '0' }),
    editorTheme,
    EditorView.updateListener.of((update) => {
      if (update.docChanged) on.change(update.state.doc.toString())
    }),
  ]
}

function completions(context: CompletionContext, schema: Schema): CompletionResult | null {
  const text = context.state.doc.toString()
  const place = placeInYaml(text, context.pos)
  if (place === undefined || (place.word === '' && !context.explicit)) return null
  const found = suggest(schema, place, { taskKeys: taskKeysIn(text) })
  if (found.length === 0) return null
  return { from: context.pos - place.word.length, options: found.map(toCompletion) }
}

type ApplyArguments = [editor: EditorView, completion: Completion, from: number, to: number]

function toCompletion(one: Suggestion): Completion {
  return {
    label: one.label,
    detail: one.required ? `${one.detail} (needed)` : one.detail,
    ...(one.info === '' ? {} : { info: one.info }),
    boost: one.required ? 1 : 0,
    apply: (...[editor, , from, to]: ApplyArguments) => {
      const selection = { anchor: from + one.text.length }
      editor.dispatch({ changes: { from, to, insert: one.text }, selection })
      // The value comes next, and is offered at once.
      if (one.text !== one.label) startCompletion(editor)
    },
  }
}

function offsetOf(doc: Text, { line, column }: Spot): number {
  const found = doc.line(Math.min(Math.max(1, line), doc.lines))
  return Math.min(found.from + column - 1, found.to)
}

/** From the place to the end of its line, so that there is something to underline. */
function toDiagnostic(doc: Text, problem: SettingsProblem): Diagnostic {
  const from = offsetOf(doc, problem)
  const { to } = doc.lineAt(from)
  return { from, to: Math.max(from, to), severity: 'error', message: problem.message }
}
