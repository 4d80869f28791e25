import { Toast as Base } from '@base-ui/react/toast'
import type { ReactNode } from 'react'
import { ApiError } from '../api/http.ts'
import { buttonClass } from './button.tsx'
import { classNames } from './class-names.ts'
import { Icon } from './icons.tsx'
import styles from './toast.module.css'

const manager = Base.createToastManager()

/** Says that something was done. Announced politely to screen readers. */
export function sayDone(title: string, description?: string): void {
  manager.add({ title, description, timeout: 5000 })
}

/** Says that something is gone, and takes it back on a click while the message stands. */
export function sayUndoable(title: string, undo: () => void): void {
  const id = manager.add({
    title,
    timeout: 10_000,
    actionProps: {
      children: 'Undo',
      onClick: () => {
        manager.close(id)
        undo()
      },
    },
  })
}

/** Says that something was not done and why; it stays until it is closed. */
export function sayFailed(what: string, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  const id = error instanceof ApiError && error.requestId ? ` (request ${error.requestId})` : ''
  manager.add({
    title: `Could not ${what}`,
    description: `${message}${id}`,
    type: 'error',
    priority: 'high',
    timeout: 0,
  })
}

/** Where messages appear; one at the root of the app. */
export function Toasts(): ReactNode {
  return (
    <Base.Provider toastManager={manager} limit={4}>
      <Base.Portal>
        <Base.Viewport className={styles['viewport']}>
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  )
}

function ToastList(): ReactNode {
  const { toasts } = Base.useToastManager()
  return toasts.map((toast) => (
    <Base.Root key={toast.id} toast={toast} className={styles['toast']}>
      <Base.Content className={styles['content']}>
        <Base.Title className={styles['title']} />
        <Base.Description className={styles['text']} />
        <Base.Action className={classNames(buttonClass('default', true), styles['action'])} />
        <Base.Close className={styles['close']} aria-label="Close message">
          <Icon name="close" size={14} />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ))
}
