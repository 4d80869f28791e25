import { classHighlighter, highlightCode } from '@lezer/highlight'
import { parser } from '@lezer/python'
import { useMemo, type ReactNode } from 'react'
import './python-code.css'

interface Piece {
  readonly text: string
  readonly classes: string
}

function piecesOf(code: string): Piece[] {
  const pieces: Piece[] = []
  highlightCode(
    code,
    parser.parse(code),
    classHighlighter,
    (text, classes) => pieces.push({ text, classes }),
    () => pieces.push({ text: '\n', classes: '' }),
  )
  return pieces
}

const longest = 200_000

/** Python with colours; very long texts stay plain. */
export function PythonCode({ code }: { readonly code: string }): ReactNode {
  const pieces = useMemo(() => (code.length > longest ? undefined : piecesOf(code)), [code])
  if (pieces === undefined) return code
  return pieces.map((piece, index) =>
    piece.classes === '' ? (
      piece.text
    ) : (
      <span key={index} className={piece.classes}>
        {piece.text}
      </span>
    ),
  )
}
