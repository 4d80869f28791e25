import type { Why } from '@millrace/sdk'
import { describeEachCheck } from './check-text.ts'
import {
  formatCount as count,
  formatNumber as number,
  formatTime,
  wrapLine,
  type Output,
} from './output.ts'

/** What a version's provenance says, for a terminal: a heading and a few lines for each question. */
export function describeWhy(why: Why, out: Output): string[] {
  const { version, run } = why
  const section = (name: string, lines: readonly string[]): string[] =>
    lines.length === 0
      ? []
      : ['', out.paint('bold', name), ...lines.flatMap((line) => wrapLine(line, out.columns))]
  return [
    `${out.paint('bold', `${version.name} ${version.version}`)}  ${version.stage}`,
    ...(version.description ? wrapLine(version.description, out.columns) : []),
    ...section('Registered', [
      `${time(version.registered_at)} by ${version.registered_by}`,
      ...(run ? [`run ${run.run_id} (${run.name}) by ${run.user}`] : []),
    ]),
    ...section('Rows', why.tables.map(describeTable)),
    ...section('Code', describeCode(why.code)),
    ...section('Environment', describeEnvironment(why.environment)),
    ...section('Parameters', pairs(run?.parameters ?? {}, out.columns)),
    ...section('Seeds', pairs(why.seeds, out.columns)),
    ...section('Metrics', pairs(run?.metrics ?? {}, out.columns)),
    ...section(
      'Checks',
      why.checks.slice(0, 1).flatMap((each) => describeChecks(each, out)),
    ),
    ...section('Decisions', why.decisions.map(describeDecision)),
    ...section('Live', describeLive(why.live_at)),
    ...section('Scored', describeScored(why.scored)),
    ...section('Replay', [why.replay, ...why.replays.slice(0, 1).map(describeReplay)]),
  ]
}

/** A line for each question. */
export function describeWhyShort(why: Why): string[] {
  const { version, run } = why
  const approval = why.decisions.findLast(({ action }) => action === 'registry.request_approved')
  const live = why.live_at.filter((each) => each.serves_it_now).map((each) => each.endpoint)
  const seeds = Object.entries(why.seeds).map(([name, value]) => `${name} ${value}`)
  const facts: readonly (readonly [string, string])[] = [
    ['version', `${version.name} ${version.version}, ${version.stage}`],
    ...shortTables(why.tables).map((line, at) => [at === 0 ? 'rows' : '', line] as const),
    ['code', shortCode(why.code)],
    ['environment', shortEnvironment(why.environment)],
    ['learned', [run?.name ?? 'no run', ...seeds].join(', ')],
    ['measured', shortMetrics(run)],
    ['checks', shortChecks(why.checks)],
    ['approved by', approval?.by ?? 'nobody'],
    ['live', live.length > 0 ? `endpoint ${live.join(', ')}` : 'nowhere'],
    ...describeScored(why.scored).map((line, at) => [at === 0 ? 'scored' : '', line] as const),
  ]
  return facts.map(([name, value]) => `${name.padEnd(12)} ${value}`)
}

/** A line for each table, with the versions that were read. */
function shortTables(tables: Why['tables']): string[] {
  const versions = Map.groupBy(tables, ({ table }) => table.replace(/@\d+$/, ''))
  return [...versions].map(
    ([name, pins]) => `${name}@${pins.map(({ table }) => table.split('@').at(-1)).join(', @')}`,
  )
}

function shortCode(code: Why['code']): string {
  return code.commit === null
    ? `no commit; ${count(code.files.length, 'file')}`
    : `commit ${code.commit.slice(0, 12)}${describeDirt(code)}`
}

function shortEnvironment(environment: Why['environment']): string {
  if (!environment) return 'unknown'
  return `${environment.hash.slice(0, 12)}, ${environment.packages} packages locked`
}

const shownMetrics = 3

function shortMetrics(run: Why['run']): string {
  const metrics = Object.entries(run?.metrics ?? {}).filter(([name]) => !/(^|_)std$/.test(name))
  const shown = metrics.slice(0, shownMetrics).map(([name, value]) => `${name} ${number(value)}`)
  return shown.join(', ') || 'nothing'
}

function shortChecks([evaluation]: Why['checks']): string {
  if (!evaluation) return 'none'
  const passed = evaluation.checks.filter((check) => check.passed).length
  return `${passed} of ${evaluation.checks.length} passed`
}

function describeTable({ table, rows, gone }: Why['tables'][number]): string {
  if (gone !== null) return `${table}  can no longer be read: ${gone}`
  return rows === null ? table : `${table}  ${count(rows, 'row')}`
}

function describeCode(code: Why['code']): string[] {
  const commit = code.commit === null ? [] : [`commit ${code.commit}`]
  const branch = code.branch === null ? [] : [`branch ${code.branch}${describeDirt(code)}`]
  const files = code.files.map(({ path, sha256 }) => `${path}@${sha256.slice(0, 12)}`)
  return [...commit, ...branch, ...files]
}

function describeDirt({ dirty_diff: diff }: Why['code']): string {
  if (diff === '') return ', everything committed'
  const changed = diff.split('\n').filter((line) => /^[+-](?![+-])/.test(line)).length
  return `, and ${count(changed, 'changed line')} not committed (--diff)`
}

function describeEnvironment(environment: Why['environment']): string[] {
  if (!environment) return []
  const locked = environment.lock.split('\n')
  const asked = environment.requirements.map((text) => /^[\w.-]+/.exec(text)?.[0] ?? text)
  const versions = [...new Set(asked)].flatMap(
    (name) => locked.find((line) => line.startsWith(`${name}==`))?.replace('==', ' ') ?? [],
  )
  return [`${environment.hash}, ${environment.packages} packages locked`, versions.join(', ')]
}

function describeChecks(evaluation: Why['checks'][number], out: Output): string[] {
  const passed = evaluation.checks.filter((check) => check.passed).length
  const version = evaluation.dataset_version === null ? '' : `@${evaluation.dataset_version}`
  const { contract_version: contract, dataset } = evaluation
  const of = `${passed} of ${evaluation.checks.length} passed`
  return [
    `${of}: contract ${contract} on ${dataset}${version}`,
    ...describeEachCheck(evaluation.checks, out),
  ]
}
function describeDecision(decision: Why['decisions'][number]): string {
  const text = (name: string): string => {
    const value = decision[name]
    return typeof value === 'string' ? value : ''
  }
  const what: Readonly<Record<string, string>> = {
    'registry.stage_changed': `moved it from ${text('from')} to ${text('to')}`,
    'registry.request_created': `asked for ${text('stage')}`,
    'registry.request_approved': `approved ${text('stage')}`,
    'registry.request_rejected': `rejected ${text('stage')}`,
  }
  const comment = text('comment') === '' ? '' : `: ${text('comment')}`
  return `${time(decision.at)} ${decision.by} ${what[decision.action] ?? decision.action}${comment}`
}

function describeLive(live: Why['live_at']): string[] {
  if (live.length === 0) return ['nowhere']
  return live.map((each) => {
    const share = each.traffic_percentage < 100 ? ` for ${each.traffic_percentage} %` : ''
    const now = each.serves_it_now ? `serves it${share}` : 'served it, and no longer does'
    return `endpoint ${each.endpoint} ${now}, since ${time(each.since)}`
  })
}

/** A table that was written often, by a stream for example, is one line. */
function describeScored(scored: Why['scored']): string[] {
  const tables = Map.groupBy(scored, ({ table }) => table.replace(/@\d+$/, ''))
  return [...tables].map(([table, writes]) => {
    const rows = writes.reduce((sum, write) => sum + (write.rows ?? 0), 0)
    const commits = writes.length === 1 ? '' : `, ${count(writes.length, 'commit')}`
    return `${table} ${count(rows, 'row')}${commits}`
  })
}

function describeReplay({ state, differences, at }: Why['replays'][number]): string {
  const said = state === 'DIFFERENT' ? count(differences, 'difference') : state.toLowerCase()
  return `last on ${time(at)}: ${said}`
}

/** Two columns of names and values where they fit. */
function pairs(values: Readonly<Record<string, string | number>>, columns: number): string[] {
  const cells = Object.entries(values).map(([name, value]) => `${name} ${number(value)}`)
  const width = Math.max(0, ...cells.map((cell) => cell.length)) + 3
  const across = Math.max(1, Math.min(3, Math.floor((columns - 2) / width)))
  const down = Math.ceil(cells.length / across)
  return Array.from({ length: down }, (_, row) =>
    Array.from({ length: across }, (__, column) => (cells[column * down + row] ?? '').padEnd(width))
      .join('')
      .trimEnd(),
  )
}

function time(iso: string): string {
  return formatTime(Date.parse(iso))
}
