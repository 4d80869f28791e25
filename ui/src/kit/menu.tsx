import { Popover as BasePopover } from '@base-ui/react/popover'
import type { ReactElement, ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './menu.module.css'

/** A panel that opens from the button given, for choosers and small forms. */
export function Popover({
  trigger,
  label,
  children,
}: {
  readonly trigger: ReactElement<Record<string, unknown>>
  readonly label: string
  readonly children: ReactNode
}): ReactNode {
  return (
    <BasePopover.Root>
      <BasePopover.Trigger render={trigger} />
      <BasePopover.Portal>
        <BasePopover.Positioner sideOffset={4} align="end" className={styles['positioner']}>
          <BasePopover.Popup
            className={classNames(styles['popup'], styles['pad'])}
            aria-label={label}
          >
            {children}
          </BasePopover.Popup>
        </BasePopover.Positioner>
      </BasePopover.Portal>
    </BasePopover.Root>
  )
}
