import type { RawResource } from './types.ts'

export interface Presets {
  readonly name_prefix?: string
  readonly trigger_pause_status?: 'PAUSED' | 'UNPAUSED'
  readonly jobs_max_concurrent_runs?: number
  readonly tags?: Readonly<Record<string, string>>
}

type Plain = Record<string, unknown>

/** In development everyone has their own copy: prefixed, tagged, and nothing starts by itself. */
export function presetsOf(
  mode: 'development' | 'production' | undefined,
  shortName: string,
  given: Presets,
): Presets {
  if (mode !== 'development') return given
  return {
    name_prefix: `[dev ${shortName}] `,
    trigger_pause_status: 'PAUSED',
    ...given,
    tags: { dev: shortName, ...given.tags },
  }
}

/** Applies the presets to the settings of a job. */
export function applyPresets(resource: RawResource, settings: Plain, presets: Presets): Plain {
  if (resource.kind !== 'jobs') return settings
  const name = typeof settings['name'] === 'string' ? settings['name'] : resource.key
  const named: Plain = { ...settings, name: `${presets.name_prefix ?? ''}${name}` }
  if (presets.tags) named['tags'] = { ...presets.tags, ...(settings['tags'] as Plain | undefined) }
  if (presets.jobs_max_concurrent_runs !== undefined) {
    named['max_concurrent_runs'] ??= presets.jobs_max_concurrent_runs
  }
  if (presets.trigger_pause_status === undefined) return named
  for (const kind of ['schedule', 'trigger', 'continuous']) {
    const starter = named[kind] as Plain | undefined
    if (starter) named[kind] = { pause_status: presets.trigger_pause_status, ...starter }
  }
  return named
}
