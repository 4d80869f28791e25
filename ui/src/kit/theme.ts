import { useSyncExternalStore } from 'react'

export type Theme = 'light' | 'dark'

const key = 'millrace.theme'
const listeners = new Set<() => void>()
const system = matchMedia('(prefers-color-scheme: dark)')

function stored(): Theme | undefined {
  const value = localStorage.getItem(key)
  return value === 'light' || value === 'dark' ? value : undefined
}

function current(): Theme {
  return document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light'
}

function apply(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme
  for (const listener of listeners) listener()
}

system.addEventListener('change', () => {
  if (stored() === undefined) apply(system.matches ? 'dark' : 'light')
})

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, current)
}

/** Chooses the other theme; choosing what the system has gives the choice back to the system. */
export function toggleTheme(): void {
  const next = current() === 'dark' ? 'light' : 'dark'
  const systemTheme = system.matches ? 'dark' : 'light'
  if (next === systemTheme) localStorage.removeItem(key)
  else localStorage.setItem(key, next)
  apply(next)
}
