import type { ReactNode } from 'react'
import { useNow } from './clock.ts'
import { formatDuration, formatExactTime, formatRelativeTime } from './format.ts'

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
}: {
  readonly start: number | undefined
  readonly end?: number | undefined
}): ReactNode {
  if (start === undefined || start <= 0) return <span>–</span>
  if (end !== undefined && end > 0) {
    return <span className="num">{formatDuration(end - start)}</span>
  }
  return <RunningTime start={start} />
}

function RunningTime({ start }: { readonly start: number }): ReactNode {
  const now = useNow(1000)
  return <span className="num">{formatDuration(Math.max(0, now - start))}</span>
}
