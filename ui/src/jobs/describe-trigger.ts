import { describeSchedule } from './describe-schedule.ts'
import type { JobSettings } from './wire.ts'

type Facts = Readonly<Record<string, unknown>>

function names(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(', ') : ''
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

const sentences: Readonly<Record<string, (facts: Facts) => string>> = {
  periodic: (facts) => describePeriod(text(facts['interval']), text(facts['unit']).toLowerCase()),
  table_update: (facts) => `When ${names(facts['table_names'])} changes`,
  file_arrival: (facts) => `When a file arrives in ${text(facts['url'])}`,
  alert: (facts) => `When ${names(facts['monitor_names'])} alerts`,
  model: (facts) => describeModel(facts),
}

/** `1`, `hours` → every hour. */
function describePeriod(interval: string, unit: string): string {
  return interval === '1' ? `Every ${unit.replace(/s$/, '')}` : `Every ${interval} ${unit}`
}

function describeModel(facts: Facts): string {
  const name = text(facts['securable_name']) || 'any model'
  switch (facts['condition']) {
    case 'MODEL_CREATED':
      return 'When a model is created'
    case 'MODEL_ALIAS_SET':
      return `When an alias of ${name} is set`
    default:
      return `When a version of ${name} is ready`
  }
}

/** What starts a job by itself, as a sentence. */
export function describeTrigger(settings: JobSettings | undefined): string {
  if (settings?.schedule !== undefined) return describeSchedule(settings.schedule)
  if (settings?.continuous !== undefined) return 'Again and again, as soon as it has ended'
  const trigger = settings?.trigger
  const kind = Object.keys(sentences).find((key) => trigger?.[key] !== undefined)
  if (trigger === undefined || kind === undefined) return 'Only when someone starts it'
  return sentences[kind]?.(trigger[kind] as Facts) ?? ''
}

/** Whether something other than a person starts the job. */
export function startsAlone(settings: JobSettings | undefined): boolean {
  const { schedule, trigger, continuous } = settings ?? {}
  return [schedule, trigger, continuous].some((one) => one !== undefined)
}

/** Whether a job that could start by itself is held back. */
export function isPaused(settings: JobSettings | undefined): boolean {
  const { schedule, trigger, continuous } = settings ?? {}
  return [schedule, trigger, continuous].some((one) => one?.['pause_status'] === 'PAUSED')
}

/** Why runs start, in words. */
export const runTriggers: Readonly<Record<string, string>> = {
  PERIODIC: 'Schedule',
  ONE_TIME: 'By hand',
  RETRY: 'Retry',
  RUN_JOB_TASK: 'Another job',
  FILE_ARRIVAL: 'File arrived',
  TABLE: 'Table changed',
  MODEL: 'Model event',
  ALERT: 'Alert',
  CONTINUOUS: 'Continuous',
  BACKFILL: 'Backfill',
}

/** Why a run started. */
export function describeRunTrigger(trigger: string | undefined): string {
  return trigger === undefined ? '–' : (runTriggers[trigger] ?? trigger.toLowerCase())
}
