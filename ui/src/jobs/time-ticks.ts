const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3] as const
const minute = 60_000
const longSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((step) => step * minute)
const most = 6

/** Round distances from the start, at most six, in milliseconds. */
export function timeTicks(length: number): readonly number[] {
  const step =
    [...steps, ...longSteps].find((one) => length / one <= most) ??
    Math.ceil(length / most / (1440 * minute)) * 1440 * minute
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => index * step).filter(
    (tick) => tick <= length * 0.94,
  )
}
