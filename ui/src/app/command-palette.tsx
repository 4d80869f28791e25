import { Dialog } from '@base-ui/react/dialog'
import { useNavigate } from '@tanstack/react-router'
import { Fragment, useState, type KeyboardEvent, type ReactNode } from 'react'
import { Icon } from '../kit/icons.tsx'
import { useFindings } from './use-findings.ts'
import styles from './command-palette.module.css'

/** Finds anything by name or id. Ctrl-K opens it, Enter goes there. */
export function CommandPalette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const navigate = useNavigate()
  const findings = useFindings(text)
  const at = Math.min(active, Math.max(0, findings.length - 1))
  const go = (index: number) => {
    const finding = findings[index]
    if (finding === undefined) return
    onClose()
    void navigate({ to: finding.to })
  }
  const actions: Readonly<Record<string, () => void>> = {
    ArrowDown: () => setActive(Math.min(findings.length - 1, at + 1)),
    ArrowUp: () => setActive(Math.max(0, at - 1)),
    Enter: () => go(at),
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const action = actions[event.key]
    if (action === undefined) return
    event.preventDefault()
    action()
  }
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles['backdrop']} />
        <Dialog.Popup className={styles['popup']}>
          <Dialog.Title className="visually-hidden">Find anything</Dialog.Title>
          <input
            className={styles['input']}
            role="combobox"
            aria-label="Find anything by name or id"
            aria-expanded="true"
            aria-controls="findings"
            aria-activedescendant={findings.length > 0 ? `finding-${at}` : undefined}
            placeholder="Find anything by name or id"
            spellCheck={false}
            autoComplete="off"
            value={text}
            onChange={(event) => {
              setText(event.target.value)
              setActive(0)
            }}
            onKeyDown={onKeyDown}
          />
          <div id="findings" role="listbox" aria-label="Found" className={styles['list']}>
            {findings.map((finding, index) => (
              <Fragment key={`${finding.group} ${finding.to}`}>
                {finding.group !== findings[index - 1]?.group && (
                  <div className={styles['group']} role="presentation">
                    {finding.group}
                  </div>
                )}
                <div
                  id={`finding-${index}`}
                  role="option"
                  aria-selected={index === at}
                  tabIndex={-1}
                  className={styles['option']}
                  onMouseMove={() => setActive(index)}
                  onClick={() => go(index)}
                >
                  <Icon name={finding.icon} />
                  <span className={styles['name']}>{finding.name}</span>
                </div>
              </Fragment>
            ))}
          </div>
          {findings.length === 0 && (
            <div className={styles['none']}>Nothing has this name or id.</div>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
