import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { classNames } from './class-names.ts'
import styles from './dialog.module.css'

export interface DialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  readonly wide?: boolean
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A modal dialog: focus stays inside, Escape closes it. */
export function Dialog({
  open,
  onClose,
  title,
  wide = false,
  actions,
  children,
}: DialogProps): ReactNode {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles['backdrop']} />
        <Base.Popup className={classNames(styles['popup'], wide && styles['wide'])}>
          <Base.Title className={styles['title']}>{title}</Base.Title>
          <div className={styles['body']}>{children}</div>
          {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

/** Asks before something that cannot be undone; `children` says what it touches. */
export function ConfirmDialog({
  confirm,
  onConfirm,
  danger = false,
  busy = false,
  ...dialog
}: Omit<DialogProps, 'actions'> & {
  readonly confirm: string
  readonly onConfirm: () => void
  readonly danger?: boolean
  readonly busy?: boolean
}): ReactNode {
  return (
    <Dialog
      {...dialog}
      actions={
        <>
          <Button onClick={dialog.onClose}>Keep as it is</Button>
          <Button kind={danger ? 'danger' : 'primary'} busy={busy} onClick={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    />
  )
}
