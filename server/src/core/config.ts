import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { coreErrors } from './errors.ts'
import { closestTo } from './closest.ts'
import { logLevels, type LogLevel } from './log.ts'
import { readS3, type S3Settings } from './s3-settings.ts'
import { defaultPermissions, settings, variableOf, variables, type Setting } from './settings.ts'

/** Every setting of the server, resolved once at start and frozen. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  /** A folder, or `s3://bucket/prefix`. */
  readonly artifactRoot: string
  /** How to reach an artifact root on S3. */
  readonly s3: S3Settings | undefined
  /** Whether clients may send and fetch artifacts on S3 past this server, by presigned URLs. */
  readonly artifactDirect: boolean
  /** After how many days in state deleted things go for good; 0 for never. */
  readonly retentionDays: number
  readonly externalLocations: readonly string[]
  /** Hosts or CIDRs that outgoing calls may reach although they are private. */
  readonly allowPrivate: readonly string[]
  readonly smtpUrl: string | undefined
  readonly auth: 'none' | 'basic'
  /** What every user may do with what nobody granted it anything on. */
  readonly defaultPermission: (typeof defaultPermissions)[number]
  /** The admin that a server without one makes at its start. */
  readonly adminUser: string
  /** Its password; a random one, shown once, when absent. `MILLRACE_ADMIN_PASSWORD` */
  readonly adminPassword: string | undefined
  /** Names besides `host` and addresses under which clients may reach this server. */
  readonly allowedHosts: readonly string[]
  readonly logLevel: LogLevel
  readonly uvPath: string | undefined
  readonly pythonPath: string | undefined
  readonly maxParallelTasks: number
  /** What a task's log keeps at most on the disk: its beginning and its end. */
  readonly logLimitMb: number
  /** Below this the task that has written most ends. */
  readonly diskReserveMb: number
  /** 0 keeps them for ever. */
  readonly keepAttemptsDays: number
  /** 0 keeps them for ever. */
  readonly keepEnvironmentsDays: number
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

export type Environment = Readonly<Record<string, string | undefined>>

const mostDays = { min: 0, max: 100_000 }

/** Flags win over environment variables, which win over defaults. */
export function readConfig(argv: readonly string[], env: Environment): Config {
  const given = parseFlags(argv)
  refuseUnknownVariables(env)
  const text = (key: keyof typeof settings): string => {
    const setting = settings[key]
    return given.get(setting.flag)?.[0] ?? env[variableOf(setting)] ?? setting.default
  }
  const optional = (key: keyof typeof settings) => text(key) || undefined
  const host = text('host')
  const auth = oneOf('auth', text('auth'), ['none', 'basic'])
  if (auth === 'none' && !isLoopback(host)) throw coreErrors.CORE_OPEN_WITHOUT_AUTH(host)
  const dataDir = resolve(text('dataDir'))
  const artifactRoot = text('artifactRoot') || join(dataDir, 'artifacts')
  return Object.freeze({
    host,
    port: integer('port', text('port'), { min: 0, max: 65_535 }),
    dataDir,
    databaseUrl: optional('databaseUrl'),
    artifactRoot: artifactRoot.includes('://') ? artifactRoot : resolve(artifactRoot),
    s3: readS3(artifactRoot, env),
    artifactDirect: oneOf('artifactDirect', text('artifactDirect'), ['on', 'off']) === 'on',
    retentionDays: integer('retentionDays', text('retentionDays'), { min: 0, max: 36_500 }),
    externalLocations: Object.freeze(
      (given.get('external-location') ?? list(env['MILLRACE_EXTERNAL_LOCATION'])).map((dir) =>
        resolve(dir),
      ),
    ),
    allowPrivate: list(text('allowPrivate')),
    smtpUrl: optional('smtpUrl'),
    auth,
    defaultPermission: oneOf('defaultPermission', text('defaultPermission'), defaultPermissions),
    adminUser: text('adminUser'),
    adminPassword: env['MILLRACE_ADMIN_PASSWORD'] || undefined,
    allowedHosts: list(text('allowedHosts')),
    logLevel: oneOf('logLevel', text('logLevel'), logLevels),
    uvPath: optional('uvPath'),
    pythonPath: optional('pythonPath'),
    maxParallelTasks: integer('maxParallelTasks', text('maxParallelTasks'), { min: 1, max: 1000 }),
    logLimitMb: integer('logLimitMb', text('logLimitMb'), { min: 16, max: 1_000_000 }),
    diskReserveMb: integer('diskReserveMb', text('diskReserveMb'), { min: 0, max: 1_000_000_000 }),
    keepAttemptsDays: integer('keepAttemptsDays', text('keepAttemptsDays'), mostDays),
    keepEnvironmentsDays: integer('keepEnvironmentsDays', text('keepEnvironmentsDays'), mostDays),
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

const otherVariables = new Set([
  'MILLRACE_URL',
  'MILLRACE_TOKEN',
  'MILLRACE_ATTEMPT_ID',
  'MILLRACE_PROFILE',
])

function refuseUnknownVariables(env: Environment): void {
  const known = new Set<string>([
    ...Object.values(settings).map(variableOf),
    ...Object.keys(variables),
  ])
  for (const name of Object.keys(env)) {
    if (!name.startsWith('MILLRACE_') || known.has(name) || otherVariables.has(name)) continue
    throw coreErrors.CORE_SETTING_UNKNOWN(name, suggest(name, [...known]))
  }
}

function parseFlags(argv: readonly string[]): Map<string, string[]> {
  const all: readonly Setting[] = Object.values(settings)
  const options = Object.fromEntries(
    all.map((s) => [s.flag, { type: 'string', multiple: true } as const]),
  )
  const given = parseOrRefuse(argv, options)
  for (const { flag, repeatable } of all) {
    const values = given.get(flag) ?? []
    if (values.length < 2 || repeatable) continue
    throw coreErrors.CORE_SETTING_INVALID(`--${flag}`, values.join(' and '), 'it once')
  }
  return given
}

function parseOrRefuse(
  argv: readonly string[],
  options: Record<string, { readonly type: 'string'; readonly multiple: true }>,
): Map<string, string[]> {
  try {
    const { values } = parseArgs({ args: [...argv], options, strict: true })
    return new Map(Object.entries(values as Record<string, string[]>))
  } catch (error) {
    const flags = Object.keys(options).map((flag) => `--${flag}`)
    const names = argv.map((word) => word.split('=')[0] ?? '')
    const found = names.find((name) => name.startsWith('--') && !flags.includes(name))
    if (found) throw coreErrors.CORE_SETTING_UNKNOWN(found, suggest(found, flags))
    throw coreErrors.CORE_INVALID_REQUEST((error as Error).message).with({ cause: error })
  }
}

function suggest(name: string, known: readonly string[]): string {
  const found = closestTo(name, known)
  return found === undefined ? '' : `. Did you mean ${found}?`
}

function list(text: string | undefined): readonly string[] {
  const parts = (text ?? '').split(',').map((part) => part.trim())
  return Object.freeze(parts.filter((part) => part !== ''))
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
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
