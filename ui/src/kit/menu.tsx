import { Menu as Base } from '@base-ui/react/menu'
import { Popover as BasePopover } from '@base-ui/react/popover'
import type { ReactElement, ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icons.tsx'
import styles from './menu.module.css'

export interface MenuItem {
  readonly label: string
  readonly icon?: IconName
  readonly danger?: boolean
  readonly onSelect: () => void
}

/** A menu of actions that opens from the button given. */
export function Menu({
  trigger,
  items,
}: {
  readonly trigger: ReactElement<Record<string, unknown>>
  readonly items: readonly MenuItem[]
}): ReactNode {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className={styles['positioner']}>
          <Base.Popup className={styles['popup']}>
            {items.map((item) => (
              <Base.Item
                key={item.label}
                className={classNames(styles['item'], item.danger === true && styles['danger'])}
                onClick={item.onSelect}
              >
                {item.icon !== undefined && <Icon name={item.icon} size={14} />}
                {item.label}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

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
