import type { IconName } from '../kit/icons.tsx'
import type { Tone } from '../kit/status.tsx'
import type { ForecastOutcome } from './use-forecast.ts'

/** What would become of a run: by colour, icon and word. */
export const forecastLooks: Readonly<
  Record<ForecastOutcome, { readonly tone: Tone; readonly icon: IconName; readonly word: string }>
> = {
  runs: { tone: 'ok', icon: 'run', word: 'would run' },
  queues: { tone: 'warn', icon: 'clock', word: 'would wait in the queue' },
  skips: { tone: 'bad', icon: 'skip', word: 'would be skipped' },
  paused: { tone: 'idle', icon: 'pause', word: 'held back, paused' },
}
