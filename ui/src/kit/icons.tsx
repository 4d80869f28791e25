import type { ReactNode } from 'react'

/** One 16-pixel stroke drawing per name. */
const drawings = {
  home: 'M2.5 7.5 8 3l5.5 4.5M4 6.5V13h8V6.5M6.5 13V9.5h3V13',
  table: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6.5 6.5v6',
  feature: 'M8 2.5 13.5 5.5 8 8.5 2.5 5.5zM2.5 8 8 11l5.5-3M2.5 10.5 8 13.5l5.5-3',
  sql: 'M3 4.5c0-1.1 2.2-2 5-2s5 .9 5 2-2.2 2-5 2-5-.9-5-2zM3 4.5v7c0 1.1 2.2 2 5 2s5-.9 5-2v-7M3 8c0 1.1 2.2 2 5 2s5-.9 5-2',
  experiment:
    'M6 2.5h4M6.8 2.5v4L3.2 12.2a.9.9 0 0 0 .8 1.300h8a.9.9 0 0 0 .8-1.300L9.2 6.5v-4M5 10.5h6',
  automl:
    'M8 2v2.5M8 11.5V14M2 8h2.5M11.5 8H14M3.8 3.8l1.7 1.700M10.5 10.5l1.7 1.700M12.2 3.8l-1.7 1.700M5.5 10.5l-1.7 1.700M8 6.300a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.400z',
  folder: 'M2.5 4.5v8h11V6H8L6.5 4.5zM2.5 4.5',
  edit: 'M2.5 13.5l.6-2.9 7.6-7.6 2.3 2.3-7.6 7.6zM9.2 4.5l2.3 2.3',
  file: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  model: 'M8 2.2 13 5v6L8 13.8 3 11V5zM3 5l5 2.8L13 5M8 7.8v6',
  approval:
    'M8 2.2l4.8 1.700v3.8c0 3-2 5-4.8 6.100C5.2 12.7 3.2 10.7 3.2 7.700V3.9zM5.8 8l1.6 1.6 3-3.2',
  job: 'M3 3.5h3.5v3H3zM9.5 9.5H13v3H9.5zM6.5 5h2.700c.7 0 1.3.6 1.3 1.300v3.2',
  run: 'M5 3.2v9.600L13 8z',
  endpoint:
    'M8 3v4M8 7 4 10.5M8 7l4 3.5M8 1.700a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.600zM3.6 10a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2zM12.4 10a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2z',
  monitor: 'M2 9h2.5l1.5-5 2.5 8.5L10.3 7l.9 2H14',
  webhook: 'M8 3a2 2 0 0 1 1 3.700l2 3.600M7 6.5 5 10a2 2 0 1 0 1.7 2h4.5M11 10a2 2 0 1 1-1 3.7',
  audit: 'M4 2.5h8v11H4zM6 5.5h4M6 8h4M6 10.5h2.5',
  environment: 'M8 2.5 13.5 5v6L8 13.5 2.5 11V5zM5.2 7.700l1.6 1.4-1.6 1.400M8.3 10.700h2.5',
  user: 'M8 8a2.7 2.7 0 1 0 0-5.400A2.7 2.7 0 0 0 8 8zM3 13.5c.5-2.5 2.5-3.7 5-3.700s4.5 1.2 5 3.7',
  key: 'M5.5 7.5a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.400zM7.5 8.5 13 3M10.5 5.5l2 2',
  search: 'M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.400zM10.2 10.2l3.3 3.3',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3.2 8.400l3.2 3.2 6.4-7',
  cross: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  warning: 'M8 2.5l6 10.8H2zM8 6.5v3.2M8 11.400v.2',
  info: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 7.300v3.5M8 5.2v.2',
  clock: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.2l2.2 1.3',
  pause: 'M5.5 4v8M10.5 4v8',
  stop: 'M4.5 4.5h7v7h-7z',
  skip: 'M3.5 8h9M9.5 5l3 3-3 3',
  dash: 'M4 8h8',
  spinner: 'M8 2.5a5.5 5.5 0 1 1-5.5 5.5',
  hand: 'M5.5 8V4.2a.9.9 0 0 1 1.8 0V7.5M7.3 7V3.2a.9.9 0 0 1 1.8 0V7.5M9.1 7.2V4.2a.9.9 0 0 1 1.8 0v5c0 2.6-1.3 4.3-3.6 4.3-1.6 0-2.5-.7-3.3-2.2L2.9 9a.9.9 0 0 1 1.5-1l1.1 1.5',
  copy: 'M5.5 5.5h7v8h-7zM3.5 10.5v-8h7',
  up: 'M8 12.5v-9M4.5 7 8 3.5 11.5 7',
  down: 'M8 3.5v9M4.5 9 8 12.5 11.5 9',
  chevron: 'M6 4l4 4-4 4',
  'chevron-down': 'M4 6l4 4 4-4',
  columns: 'M2.5 3.5h11v9h-11zM6.2 3.5v9M9.8 3.5v9',
  filter: 'M2.5 4h11M4.5 8h7M6.5 12h3',
  sun: 'M8 5.300a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.400zM8 1.700v1.400M8 12.9v1.400M1.7 8h1.400M12.9 8h1.400M3.5 3.5l1 1M11.5 11.5l1 1M12.5 3.5l-1 1M4.5 11.5l-1 1',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z',
  download: 'M8 2.5v7M5 6.8l3 3 3-3M3 13h10',
  image: 'M2.5 3.5h11v9h-11zM2.5 11l3.2-3.5 2.6 2.8 2-2 3.2 3.2M10.3 6h.1',
  external: 'M9 3h4v4M13 3 7.5 8.5M11 9.5V13H3V5h3.5',
  retry: 'M13 8a5 5 0 1 1-1.6-3.700M13 2.8v2.700h-2.7',
  plus: 'M8 3v10M3 8h10',
  more: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  link: 'M6.7 9.300a2.3 2.3 0 0 0 3.3 0l2.3-2.300a2.3 2.3 0 0 0-3.3-3.300l-.8.8M9.3 6.700a2.3 2.3 0 0 0-3.3 0L3.7 9a2.3 2.3 0 0 0 3.3 3.300l.8-.8',
  star: 'M8 2.5l1.7 3.5 3.8.5-2.8 2.7.7 3.8L8 11.2 4.6 13l.7-3.8L2.5 6.5 6.3 6z',
  chart: 'M2.5 2.5v11h11M5 10.5l2.5-3.5 2 2L13 4.5',
  chat: 'M2.5 3.5h11v7.5h-6l-3 2.5V11h-2z',
  tag: 'M2.5 2.5h5L13.5 8.5l-5 5-6-6zM5.2 5.2h.1',
  bell: 'M4.5 11V7a3.5 3.5 0 0 1 7 0v4l1 1h-9zM6.8 13.5h2.4',
  history: 'M2.8 8a5.2 5.2 0 1 1 1.7 3.9M2.5 10.5v-3h3M8 5.2V8l2 1.2',
  graph:
    'M4 2.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM12 6.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM4 10.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM5.5 4.5l5 3M5.5 11.5l5-3',
} as const

export type IconName = keyof typeof drawings

/** A decorative drawing; the word beside it, or the button's label, carries the meaning. */
export function Icon({
  name,
  size = 16,
  spin = false,
}: {
  readonly name: IconName
  readonly size?: number
  readonly spin?: boolean
}): ReactNode {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={spin ? 'icon spin' : 'icon'}
    >
      <path d={drawings[name]} />
    </svg>
  )
}
