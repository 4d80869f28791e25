import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useState, useSyncExternalStore, type ReactNode } from 'react'
import { liveState, onLiveState, type LiveState } from '../api/live.ts'
import { IconButton } from '../kit/button.tsx'
import { CrumbSlot, CrumbSlotProvider } from '../kit/breadcrumbs.tsx'
import { Icon } from '../kit/icons.tsx'
import { toggleTheme, useTheme } from '../kit/theme.ts'
import { useOpenRequests } from '../registry/use-requests.ts'
import { homePlace, placeGroups, placeOf, type Place } from './places.ts'
import { useShortcut } from './use-shortcut.ts'
import styles from './shell.module.css'

const CommandPalette = lazy(async () => {
  const { CommandPalette: component } = await import('./command-palette.tsx')
  return { default: component }
})

// Loaded while nothing else is, so that what is typed right after Ctrl-K is not lost.
setTimeout(() => void import('./command-palette.tsx'), 1500)

/** The frame of every page: rail, bar, and the page itself. */
export function Shell(): ReactNode {
  const [menuOpen, setMenuOpen] = useState(false)
  const [finding, setFinding] = useState(false)
  const path = useRouterState({ select: (state) => state.location.pathname })
  const [seenPath, setSeenPath] = useState(path)
  if (seenPath !== path) {
    setSeenPath(path)
    setMenuOpen(false)
  }
  useShortcut('k', () => setFinding(true))
  return (
    <CrumbSlotProvider>
      <div className={styles['shell']}>
        <a className={styles['skip']} href="#page">
          Skip to the page
        </a>
        <Rail open={menuOpen} place={placeOf(path)} />
        <button
          type="button"
          className={styles['shade']}
          data-open={menuOpen}
          aria-label="Close the menu"
          tabIndex={-1}
          onClick={() => setMenuOpen(false)}
        />
        <header className={styles['bar']}>
          <IconButton
            icon="menu"
            label="Menu"
            aria-expanded={menuOpen}
            className={styles['menuButton']}
            onClick={() => setMenuOpen(!menuOpen)}
          />
          <div className={styles['crumbs']}>
            <CrumbSlot />
          </div>
          <button type="button" className={styles['find']} onClick={() => setFinding(true)}>
            <Icon name="search" size={14} />
            <span>Find anything</span>
            <kbd aria-hidden="true">Ctrl K</kbd>
          </button>
          <LiveLamp />
          <ThemeButton />
        </header>
        <main id="page" className={styles['main']} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Suspense>{finding && <CommandPalette onClose={() => setFinding(false)} />}</Suspense>
    </CrumbSlotProvider>
  )
}

function Rail({
  open,
  place: current,
}: {
  readonly open: boolean
  readonly place: string
}): ReactNode {
  const { data: requests } = useOpenRequests()
  const waiting = requests?.length ?? 0
  return (
    <nav className={styles['rail']} data-open={open} aria-label="Places">
      <Link to="/" className={styles['brand']}>
        <img src="/millrace.svg" alt="" width={24} height={24} />
        Millrace
      </Link>
      <div className={styles['groups']}>
        <RailItem place={homePlace} active={current === '/'} />
        {placeGroups.map((group) => (
          <div key={group.name} className={styles['group']} role="group" aria-label={group.name}>
            <div className={styles['groupName']} aria-hidden="true">
              {group.name}
            </div>
            {group.places.map((place) => (
              <RailItem
                key={place.to}
                place={place}
                active={current === place.to}
                count={place.to === '/approvals' ? waiting : 0}
              />
            ))}
          </div>
        ))}
      </div>
    </nav>
  )
}

function RailItem({
  place,
  active,
  count = 0,
}: {
  readonly place: Place
  readonly active: boolean
  readonly count?: number
}): ReactNode {
  return (
    <Link
      to={place.to}
      className={styles['item']}
      data-active={active}
      activeOptions={{ exact: true }}
    >
      <Icon name={place.icon} />
      {place.name}
      {count > 0 && (
        <span className={styles['count']} title={`${count} waiting`}>
          {count}
        </span>
      )}
    </Link>
  )
}

const liveWords: Readonly<Record<LiveState, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Reconnecting',
}

function LiveLamp(): ReactNode {
  const state = useSyncExternalStore(onLiveState, liveState)
  return (
    <span
      className={styles['live']}
      data-state={state}
      role="status"
      title={
        state === 'live'
          ? 'Changes appear as they happen'
          : 'Waiting for the server; what is shown may be old'
      }
    >
      <span className={styles['lamp']} aria-hidden="true" />
      <span className={styles['liveWord']}>{liveWords[state]}</span>
      <span className="visually-hidden">{state === 'live' ? '' : 'What is shown may be old'}</span>
    </span>
  )
}

function ThemeButton(): ReactNode {
  const theme = useTheme()
  return (
    <IconButton
      icon={theme === 'dark' ? 'sun' : 'moon'}
      label={theme === 'dark' ? 'Use the light theme' : 'Use the dark theme'}
      onClick={toggleTheme}
    />
  )
}
