import type { LinkProps } from '@tanstack/react-router'
import type { IconName } from '../kit/icons.tsx'

export interface Place {
  readonly name: string
  readonly to: NonNullable<LinkProps['to']>
  readonly icon: IconName
}

export interface PlaceGroup {
  readonly name: string
  readonly places: readonly Place[]
}

export const homePlace: Place = { name: 'Home', to: '/', icon: 'home' }

/** The left rail, in the order of the story from data to predictions. */
export const placeGroups: readonly PlaceGroup[] = [
  {
    name: 'Data',
    places: [
      { name: 'Tables', to: '/tables', icon: 'table' },
      { name: 'Features', to: '/features', icon: 'feature' },
      { name: 'SQL', to: '/sql', icon: 'sql' },
    ],
  },
  {
    name: 'Build',
    places: [
      { name: 'Experiments', to: '/experiments', icon: 'experiment' },
      { name: 'AutoML', to: '/automl', icon: 'automl' },
      { name: 'Workspace', to: '/workspace', icon: 'folder' },
    ],
  },
  {
    name: 'Models',
    places: [
      { name: 'Registry', to: '/models', icon: 'model' },
      { name: 'Approvals', to: '/approvals', icon: 'approval' },
    ],
  },
  {
    name: 'Run',
    places: [
      { name: 'Jobs', to: '/jobs', icon: 'job' },
      { name: 'Job runs', to: '/jobs/runs', icon: 'run' },
    ],
  },
  {
    name: 'Serve',
    places: [
      { name: 'Endpoints', to: '/endpoints', icon: 'endpoint' },
      { name: 'Monitors', to: '/monitors', icon: 'monitor' },
    ],
  },
  {
    name: 'Admin',
    places: [
      { name: 'Users and roles', to: '/admin/access', icon: 'user' },
      { name: 'Secrets', to: '/admin/secrets', icon: 'key' },
      { name: 'Webhooks', to: '/admin/webhooks', icon: 'webhook' },
      { name: 'Environments', to: '/admin/environments', icon: 'environment' },
      { name: 'Audit', to: '/admin/audit', icon: 'audit' },
    ],
  },
]

const all = [homePlace, ...placeGroups.flatMap((group) => group.places)]

/** The place that a path belongs to: the longest whose address begins it. */
export function placeOf(path: string): string {
  const fits = all.filter((place) => path === place.to || path.startsWith(`${place.to}/`))
  return fits.reduce((best, place) => (place.to.length > best.length ? place.to : best), '')
}
