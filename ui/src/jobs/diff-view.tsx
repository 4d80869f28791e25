import type { ReactNode } from 'react'
import { pluralise } from '../kit/format.ts'
import { diffLines, hunksOf } from './line-diff.ts'
import styles from './diff-view.module.css'

const signs = { same: ' ', added: '+', removed: '−' } as const
const words = { same: '', added: 'added: ', removed: 'removed: ' } as const

/** What changes from one text to another, line by line. */
export function DiffView({
  before,
  after,
}: {
  readonly before: string
  readonly after: string
}): ReactNode {
  const lines = diffLines(before, after)
  return (
    <div className={styles['frame']} tabIndex={0} role="group" aria-label="Changes">
      {hunksOf(lines).map((line, index) =>
        line.kind === 'gap' ? (
          <div key={index} className={styles['gap']}>
            {pluralise(line.count, 'line')} as before
          </div>
        ) : (
          <div key={index} className={styles['line']} data-kind={line.kind}>
            <span className={styles['sign']} aria-hidden="true">
              {signs[line.kind]}
            </span>
            <span className="visually-hidden">{words[line.kind]}</span>
            {line.text}
          </div>
        ),
      )}
    </div>
  )
}
