import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { coreErrors } from './errors.ts'
import { logLevels, type LogLevel } from './log.ts'

/** Every setting of the server, resolved once at start and frozen. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  /** A folder, or `s3://bucket/prefix`. */
  readonly artifactRoot: string
  readonly externalLocations: readonly string[]
  /** Hosts or CIDRs that outgoing calls may reach although they are private. */
  readonly allowPrivate: readonly string[]
  readonly smtpUrl: string | undefined
  readonly auth: 'none' | 'basic'
  readonly logLevel: LogLevel
  readonly uvPath: string | undefined
  readonly pythonPath: string | undefined
  readonly maxParallelTasks: number
  readonly webhookAllowedSchemes: readonly string[]
  readonly webhookAllowPrivateIps: boolean
  /** Of one call. `MLFLOW_WEBHOOK_REQUEST_TIMEOUT`, in seconds */
  readonly webhookTimeoutMs: number
  /** Tries after the first. `MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES` */
  readonly webhookMaxRetries: number
  /** Webhooks called at the same time. `MLFLOW_WEBHOOK_DELIVERY_MAX_WORKERS` */
  readonly webhookMaxParallel: number
  /** What the servers of this machine share, such as built Python environments. `MILLRACE_HOME` */
  readonly homeDir: string
}

interface Setting {
  readonly flag: string
  readonly takes: string
  readonly default: string
  readonly help: string
}

/** One row per setting: its flag, what it takes, its default and what it means. */
export const settings = {
  host: {
    flag: 'host',
    takes: 'ADDRESS',
    default: '127.0.0.1',
    help: 'address to listen on; others than loopback need --auth',
  },
  port: {
    flag: 'port',
    takes: 'PORT',
    default: '5000',
    help: 'port to listen on; 0 picks a free one',
  },
  dataDir: {
    flag: 'data-dir',
    takes: 'DIR',
    default: './millrace-data',
    help: 'where all data lives',
  },
  databaseUrl: {
    flag: 'database-url',
    takes: 'URL',
    default: '',
    help: 'postgres://… instead of the SQLite file in the data folder',
  },
  artifactRoot: {
    flag: 'artifact-root',
    takes: 'DIR|URL',
    default: '',
    help: 'folder or s3://bucket/prefix for artifacts; artifacts/ in the data folder when not given',
  },
  externalLocations: {
    flag: 'external-location',
    takes: 'DIR',
    default: '',
    help: 'a root outside the data folder that tables and file triggers may use; repeatable',
  },
  allowPrivate: {
    flag: 'allow-private',
    takes: 'HOSTS',
    default: '',
    help: 'hosts or CIDRs, comma-separated, that outgoing calls may reach although private',
  },
  smtpUrl: {
    flag: 'smtp-url',
    takes: 'URL',
    default: '',
    help: 'smtp://… for e-mail notifications',
  },
  auth: {
    flag: 'auth',
    takes: 'none|basic',
    default: 'none',
    help: 'who may call: everyone as the owner, or named users',
  },
  logLevel: {
    flag: 'log-level',
    takes: 'LEVEL',
    default: 'warn',
    help: `one of ${logLevels.join(', ')}`,
  },
  uvPath: {
    flag: 'uv',
    takes: 'FILE',
    default: '',
    help: 'the uv program that builds Python environments; uv on the path when not given',
  },
  pythonPath: {
    flag: 'python',
    takes: 'FILE',
    default: '',
    help: 'the Python for new environments; python3 on the path when not given',
  },
  maxParallelTasks: {
    flag: 'max-parallel-tasks',
    takes: 'N',
    default: '8',
    help: 'tasks that run at the same time',
  },
} as const satisfies Record<string, Setting>

function variableOf(setting: Setting): string {
  return `MILLRACE_${setting.flag.toUpperCase().replaceAll('-', '_')}`
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Flags win over environment variables, which win over defaults. */
export function readConfig(argv: readonly string[], env: Environment): Config {
  const given = parseFlags(argv)
  refuseUnknownVariables(env)
  const text = (key: keyof typeof settings): string => {
    const setting = settings[key]
    return given.get(setting.flag)?.[0] ?? env[variableOf(setting)] ?? setting.default
  }
  const optional = (key: keyof typeof settings) => text(key) || undefined
  const dataDir = resolve(text('dataDir'))
  const artifactRoot = text('artifactRoot') || join(dataDir, 'artifacts')
  return Object.freeze({
    host: text('host'),
    port: integer('port', text('port'), { min: 0, max: 65_535 }),
    dataDir,
    databaseUrl: optional('databaseUrl'),
    artifactRoot: artifactRoot.includes('://') ? artifactRoot : resolve(artifactRoot),
    externalLocations: (
      given.get('external-location') ?? list(env['MILLRACE_EXTERNAL_LOCATION'])
    ).map((dir) => resolve(dir)),
    allowPrivate: list(text('allowPrivate')),
    smtpUrl: optional('smtpUrl'),
    auth: oneOf('auth', text('auth'), ['none', 'basic']),
    logLevel: oneOf('logLevel', text('logLevel'), logLevels),
    uvPath: optional('uvPath'),
    pythonPath: optional('pythonPath'),
    maxParallelTasks: integer('maxParallelTasks', text('maxParallelTasks'), { min: 1, max: 1000 }),
    webhookAllowedSchemes: list(env['MLFLOW_WEBHOOK_ALLOWED_SCHEMES'] ?? 'https'),
    webhookAllowPrivateIps: ['true', '1'].includes(
      env['MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS']?.toLowerCase() ?? '',
    ),
    webhookTimeoutMs:
      1000 * mlflowInteger(env, 'MLFLOW_WEBHOOK_REQUEST_TIMEOUT', { otherwise: 30, min: 1 }),
    // More than MLflow's three: ours outlive a restart, so a receiver may be down for an hour.
    webhookMaxRetries: mlflowInteger(env, 'MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES', {
      otherwise: 12,
      min: 0,
    }),
    webhookMaxParallel: mlflowInteger(env, 'MLFLOW_WEBHOOK_DELIVERY_MAX_WORKERS', {
      otherwise: 10,
      min: 1,
    }),
    homeDir: resolve(env['MILLRACE_HOME'] ?? join(env['HOME'] ?? homedir(), '.millrace')),
  })
}

/** What `millrace server --help` prints. */
export function describeSettings(): string {
  const rows = Object.values(settings).map((setting) => {
    const shown = setting.default ? ` (default ${setting.default})` : ''
    const left = `  --${setting.flag} ${setting.takes}`.padEnd(30)
    return `${left}${setting.help}${shown}\n${' '.repeat(30)}${variableOf(setting)}`
  })
  return `${rows.join('\n')}\n`
}

const otherVariables = new Set([
  'MILLRACE_URL',
  'MILLRACE_TOKEN',
  'MILLRACE_HOME',
  'MILLRACE_ATTEMPT_ID',
  'MILLRACE_PROFILE',
])

function refuseUnknownVariables(env: Environment): void {
  const known = new Set<string>(Object.values(settings).map(variableOf))
  for (const name of Object.keys(env)) {
    if (!name.startsWith('MILLRACE_') || known.has(name) || otherVariables.has(name)) continue
    throw coreErrors.CORE_SETTING_UNKNOWN(name, closest(name, [...known]))
  }
}

function parseFlags(argv: readonly string[]): Map<string, string[]> {
  const options = Object.fromEntries(
    Object.values(settings).map((s) => [s.flag, { type: 'string', multiple: true } as const]),
  )
  try {
    const { values } = parseArgs({
      args: [...argv],
      options,
      strict: true,
      allowPositionals: false,
    })
    return new Map(Object.entries(values as Record<string, string[]>))
  } catch (error) {
    const flags = Object.values(settings).map((s) => `--${s.flag}`)
    const found = argv.find(
      (word) => word.startsWith('--') && !flags.includes(word.split('=')[0] ?? ''),
    )
    if (found) throw coreErrors.CORE_SETTING_UNKNOWN(found, closest(found, flags))
    throw coreErrors.CORE_INVALID_REQUEST((error as Error).message).with({ cause: error })
  }
}

function closest(name: string, known: readonly string[]): string {
  const prefix = known.find((k) => k.startsWith(name.slice(0, Math.max(4, name.length - 3))))
  return prefix ? `. Did you mean ${prefix}?` : ''
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function integer(
  key: keyof typeof settings,
  text: string,
  range: { min: number; max: number },
): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= range.min && value <= range.max) return value
  const expected = `a whole number from ${range.min} to ${range.max}`
  throw coreErrors.CORE_SETTING_INVALID(`--${settings[key].flag}`, text, expected)
}

/** A setting that MLflow's server has under this name. */
function mlflowInteger(
  env: Environment,
  name: string,
  { otherwise, min }: { readonly otherwise: number; readonly min: number },
): number {
  const text = env[name] ?? ''
  if (text === '') return otherwise
  const value = Number(text)
  if (Number.isInteger(value) && value >= min) return value
  throw coreErrors.CORE_SETTING_INVALID(name, text, `a whole number, at least ${min}`)
}

function oneOf<T extends string>(
  key: keyof typeof settings,
  text: string,
  allowed: readonly T[],
): T {
  const value = allowed.find((candidate) => candidate === text)
  if (value !== undefined) return value
  throw coreErrors.CORE_SETTING_INVALID(
    `--${settings[key].flag}`,
    text,
    `one of ${allowed.join(', ')}`,
  )
}
