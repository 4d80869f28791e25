import type { ReactNode } from 'react'
import type { Job } from './wire.ts'

export function ForecastTab(_props: {
  readonly job: Job
  readonly place?: object
  readonly onPlace?: (place: object) => void
}): ReactNode {
  return null
}
