import type { ReactNode } from 'react'
import { useNow } from './clock.ts'
import {
  formatDuration,
  formatExactTime,
  formatRelativeTime,
  formatShortDuration,
} from './format.ts'

/** How long ago, with the exact time on hover. Epoch milliseconds. */
export function RelativeTime({ time }: { readonly time: number | undefined }): ReactNode {
  const step = time !== undefined && Math.abs(Date.now() - time) < 90_000 ? 1000 : 30_000
  const now = useNow(step)
  if (time === undefined || time <= 0) return <span>–</span>
  return (
    <time dateTime={new Date(time).toISOString()} title={formatExactTime(time)} className="num">
      {formatRelativeTime(time, Math.max(now, step === 1000 ? now : Date.now()))}
    </time>
  )
}

/** From start to end, or to now while there is no end. */
export function Elapsed({
  start,
  end,
  short = false,
}: {
  readonly start: number | undefined
  readonly end?: number | undefined
  readonly short?: boolean
}): ReactNode {
  if (start === undefined || start <= 0) return <span>–</span>
  const format = short ? formatShortDuration : formatDuration
  if (end !== undefined && end > 0) return <span className="num">{format(end - start)}</span>
  return <RunningTime start={start} format={format} />
}

function RunningTime({
  start,
  format,
}: {
  readonly start: number
  readonly format: (ms: number) => string
}): ReactNode {
  const now = useNow(1000)
  return <span className="num">{format(Math.max(0, now - start))}</span>
}
