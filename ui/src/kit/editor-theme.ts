import { HighlightStyle } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

/** How every code editor looks, in either theme of the pages. */
export const editorTheme = EditorView.theme({
  '&': {
    fontSize: '13px',
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    height: '100%',
  },
  '.cm-content': { fontFamily: 'var(--font-mono)', caretColor: 'var(--accent-text)' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--text-3)', border: '0' },
  '.cm-cursor': { borderLeftColor: 'var(--accent-text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft) !important',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--border-strong)',
    borderRadius: '6px',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--selected)',
    color: 'var(--text)',
  },
  '.cm-completionDetail': { color: 'var(--text-3)', fontStyle: 'normal' },
  '.cm-tooltip.cm-completionInfo': { maxWidth: '320px', padding: '4px 8px' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--bad)',
    textUnderlineOffset: '3px',
  },
  '.cm-lint-marker-error': { content: 'none' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-placeholder': { color: 'var(--text-3)' },
})

export const editorColours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--series-5)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--series-6)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--series-2)' },
  { tag: tags.comment, color: 'var(--text-3)' },
  { tag: [tags.typeName, tags.standard(tags.name)], color: 'var(--series-3)' },
  { tag: tags.definition(tags.propertyName), color: 'var(--accent-text)' },
])
