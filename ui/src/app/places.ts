import type { IconName } from '../kit/icons.tsx'

export interface Place {
  readonly name: string
  readonly to: '/' | '/experiments' | '/models' | '/approvals'
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
    name: 'Build',
    places: [{ name: 'Experiments', to: '/experiments', icon: 'experiment' }],
  },
  {
    name: 'Models',
    places: [
      { name: 'Registry', to: '/models', icon: 'model' },
      { name: 'Approvals', to: '/approvals', icon: 'approval' },
    ],
  },
]
