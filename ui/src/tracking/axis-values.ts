import { formatMetric } from '../kit/format.ts'
import { factsOf, keysOf } from './run-facts.ts'
import type { Run } from './wire.ts'

/** A scale from values to 0…1: by size when all are numbers, else by place among the texts. */
export interface Axis {
  readonly id: string
  readonly label: string
  /** Where each run is; undefined when it has no value. */
  readonly positions: readonly (number | undefined)[]
  readonly texts: readonly (string | undefined)[]
  readonly ticks: readonly { readonly at: number; readonly text: string }[]
}

/**
 * The metrics and parameters that can be an axis: those that differ and that most runs have first,
 * so that a line or a point of every run is in sight.
 */
export function axisIds(runs: readonly Run[]): string[] {
  const ids = [
    ...keysOf(runs, 'params').map((key) => `params.${key}`),
    ...keysOf(runs, 'metrics').map((key) => `metrics.${key}`),
  ]
  const ranked = ids.map((id) => {
    const texts = runs.map((run) => axisText(run, id)).filter((text) => text !== undefined)
    // How busy the machine was explains a run less than what it was given and what came out.
    const weight = id.startsWith('metrics.system/') ? 0.5 : 1
    return { id, worth: new Set(texts).size > 1 ? texts.length * weight : 0 }
  })
  return ranked.toSorted((left, right) => right.worth - left.worth).map(({ id }) => id)
}

/** The axes of a first look: what every run was given, then what came out of it. */
export function firstAxes(runs: readonly Run[], most: number): string[] {
  const ids = axisIds(runs)
  const texts = (id: string) => runs.map((run) => axisText(run, id))
  const known = (id: string) => texts(id).every((text) => text !== undefined)
  const differs = (id: string) => new Set(texts(id)).size > 1
  const params = ids.filter((id) => id.startsWith('params.') && known(id) && differs(id))
  const metrics = ids.filter((id) => id.startsWith('metrics.') && known(id) && !id.endsWith('_std'))
  const given = params.slice(0, Math.max(2, most - metrics.length))
  return [...given, ...metrics.slice(0, most - given.length)]
}

function axisText(run: Run, id: string): string | undefined {
  const key = id.slice(id.indexOf('.') + 1)
  if (id.startsWith('params.')) return factsOf(run).params.get(key)
  const value = factsOf(run).metrics.get(key)
  return value === undefined ? undefined : String(value)
}

export function axisOf(runs: readonly Run[], id: string): Axis {
  const raw = runs.map((run) => axisText(run, id))
  const present = raw.filter((text) => text !== undefined)
  const numeric =
    present.length > 0 && present.every((text) => text !== '' && Number.isFinite(Number(text)))
  const label = id.slice(id.indexOf('.') + 1)
  return numeric ? numericAxis(id, label, raw) : textAxis(id, label, raw)
}

function numericAxis(id: string, label: string, raw: readonly (string | undefined)[]): Axis {
  const numbers = raw.map((text) => (text === undefined ? undefined : Number(text)))
  const present = numbers.filter((value) => value !== undefined)
  const least = Math.min(...present)
  const span = Math.max(...present) - least
  const place = (value: number) => (span === 0 ? 0.5 : (value - least) / span)
  return {
    id,
    label,
    positions: numbers.map((value) => (value === undefined ? undefined : place(value))),
    texts: numbers.map((value) => (value === undefined ? undefined : formatMetric(value))),
    ticks: niceTicks(least, least + span).map((value) => ({
      at: place(value),
      text: String(Number(value.toPrecision(6))),
    })),
  }
}

const mostTicks = 6

/** Round numbers between two values, 1, 2 or 5 times a power of ten apart. */
export function niceTicks(least: number, most: number): number[] {
  if (most <= least) return [least]
  const rough = (most - least) / mostTicks
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10)
  const first = Math.ceil(least / step - 1e-9)
  const last = Math.floor(most / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step)
}

function textAxis(id: string, label: string, raw: readonly (string | undefined)[]): Axis {
  const names = [...new Set(raw.filter((text) => text !== undefined))].sort()
  const place = (text: string) =>
    names.length < 2 ? 0.5 : names.indexOf(text) / (names.length - 1)
  return {
    id,
    label,
    positions: raw.map((text) => (text === undefined ? undefined : place(text))),
    texts: raw,
    ticks: names.slice(0, 14).map((text) => ({ at: place(text), text })),
  }
}
