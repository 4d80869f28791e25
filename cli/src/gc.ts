import type { GcItem } from '@millrace/sdk'
import { UsageError, type Verb } from './verb.ts'

export const gcVerb: Verb = {
  usage: 'gc [--dry-run] [--older-than 30d]',
  summary: 'delete for good what was deleted and nothing needs',
  examples: [
    'npx millrace gc --dry-run',
    'npx millrace gc --older-than 30d',
    'npx millrace gc --run-ids 0a1b2c,3d4e5f',
  ],
  flags: {
    'dry-run': { help: 'only say what would go, what stays and why' },
    'older-than': { takes: 'AGE', help: 'deleted at least so long ago: 30d, 8h, 2d8h5m20s' },
    'run-ids': { takes: 'IDS', help: 'only these runs, comma-separated' },
    'experiment-ids': { takes: 'IDS', help: 'only these experiments' },
    'logged-model-ids': { takes: 'IDS', help: 'only these logged models' },
  },
  run: async (call) => {
    const ids = (flag: string) =>
      call
        .flag(flag)
        ?.split(',')
        .map((id) => id.trim())
    const isDry = call.has('dry-run')
    const report = await call.millrace().tracking.collectGarbage({
      dry_run: isDry,
      older_than_seconds: parseAge(call.flag('older-than') ?? '0s'),
      run_ids: ids('run-ids'),
      experiment_ids: ids('experiment-ids'),
      logged_model_ids: ids('logged-model-ids'),
    })
    const name = (item: GcItem) => `${item.kind.replace('_', ' ')} ${item.id}`
    for (const item of report.deleted) {
      call.out.line(`${isDry ? 'would delete' : 'deleted'} ${name(item)}`)
    }
    for (const item of report.kept) {
      call.out.line(`kept ${name(item)} because: ${item.because.join(', ')}`)
    }
    const verb = isDry ? 'would go' : 'deleted'
    call.out.line(`${report.deleted.length} ${verb}, ${report.kept.length} kept`)
    call.out.result(report)
    return 0
  },
}

const unitSeconds = { d: 86_400, h: 3_600, m: 60, s: 1 } as const

/** `30d`, `2d8h5m20s`: MLflow's notation, in seconds. */
export function parseAge(text: string): number {
  const part = String.raw`(?:([\d.]+)`
  const match = new RegExp(`^${part}d)?${part}h)?${part}m)?${part}s)?$`).exec(text)
  const numbers = match?.slice(1).map((n) => Number(n ?? 0)) ?? [Number.NaN]
  if (text === '' || numbers.some(Number.isNaN)) {
    throw new UsageError(`--older-than is '${text}'; expected an age such as 30d, 8h or 2d8h5m20s`)
  }
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = numbers
  const { d, h, m, s } = unitSeconds
  return days * d + hours * h + minutes * m + seconds * s
}
