import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { buttonClass } from '../kit/button.tsx'
import { classNames } from '../kit/class-names.ts'
import { Checkbox, SearchInput } from '../kit/field.tsx'
import { pluralise } from '../kit/format.ts'
import { Icon } from '../kit/icons.tsx'
import { Loaded, SkeletonBlock } from '../kit/states.tsx'
import { taskLogFile, useTaskLog, type TaskLog } from './use-task-log.ts'
import styles from './log-view.module.css'

const lineHeight = 18
const tallest = 440
const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, 'g')
const failure = /\b(?:error|exception|traceback|failed|fatal)\b/i

/** A task's log, followed while it runs. Only the lines in sight are in the page. */
export function LogView({
  taskRunId,
  running,
  name,
}: {
  readonly taskRunId: number
  readonly running: boolean
  readonly name: string
}): ReactNode {
  const query = useTaskLog(taskRunId, running)
  return (
    <Loaded query={query} what="read the log" skeleton={<SkeletonBlock height={420} />}>
      {(log) => <Lines log={log} running={running} name={name} file={taskLogFile(taskRunId)} />}
    </Loaded>
  )
}

function Lines({
  log: { text, truncated },
  running,
  name,
  file,
}: {
  readonly log: TaskLog
  readonly running: boolean
  readonly name: string
  readonly file: string
}): ReactNode {
  const [wanted, setWanted] = useState('')
  const [follow, setFollow] = useState(running)
  const frame = useRef<HTMLDivElement>(null)
  const lines = useMemo(() => {
    const all = text.replace(colours, '').split('\n')
    if (all.at(-1) === '') all.pop()
    const numbered = all.map((line, index) => ({ number: index + 1, line }))
    const low = wanted.toLowerCase()
    return low === '' ? numbered : numbered.filter(({ line }) => line.toLowerCase().includes(low))
  }, [text, wanted])
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => lineHeight,
    overscan: 20,
  })
  // Scrolling is the browser's: the end stays in sight while lines are added.
  useEffect(() => {
    if (follow && lines.length > 0) virtual.scrollToIndex(lines.length - 1)
  }, [follow, lines.length, virtual])
  return (
    <>
      <div className={styles['bar']}>
        <SearchInput
          label="Find in the log"
          placeholder="Find in the log"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
        <Checkbox label="Follow" checked={follow} onChange={setFollow} />
        <span className="muted">{pluralise(lines.length, 'line')}</span>
        <a className={buttonClass('default', true)} href={file} download>
          <Icon name="download" />
          {truncated ? 'Download all of it' : 'Download'}
        </a>
      </div>
      {truncated && (
        <p className={styles['cut']}>
          <Icon name="info" size={14} /> These are the last 5 MB, counted from where they begin. The
          download has the whole log.
        </p>
      )}
      <div
        ref={frame}
        className={styles['log']}
        style={{ height: Math.min(tallest, Math.max(1, lines.length) * lineHeight + 20) }}
        tabIndex={0}
        role="log"
        aria-label={`Log of ${name}`}
        aria-live="off"
      >
        {lines.length === 0 && (
          <span className="muted" style={{ paddingLeft: 12 }}>
            {wanted === '' ? 'It has written nothing.' : 'No line has this text.'}
          </span>
        )}
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const entry = lines[item.index]
            return (
              <div
                key={item.key}
                className={classNames(
                  styles['line'],
                  failure.test(entry?.line ?? '') && styles['bad'],
                )}
                style={{ top: item.start }}
              >
                <span className={styles['number']}>{entry?.number}</span>
                <span>{entry?.line}</span>
              </div>
            )
          })}
        </div>
      </div>
    </>
  )
}
