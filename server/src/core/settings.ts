import { logLevels } from './log.ts'

export const defaultPermissions = ['NO_PERMISSIONS', 'READ', 'USE', 'EDIT', 'MANAGE'] as const

export interface Setting {
  readonly flag: string
  readonly takes: string
  readonly default: string
  readonly help: string
  readonly repeatable?: true
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
  artifactDirect: {
    flag: 'artifact-direct',
    takes: 'on|off',
    default: 'on',
    help: 'whether clients get presigned URLs for artifacts on S3; off when they cannot reach it',
  },
  retentionDays: {
    flag: 'retention-days',
    takes: 'N',
    default: '0',
    help: 'delete for good what has been deleted for so many days and nothing needs; 0 never does',
  },
  externalLocations: {
    flag: 'external-location',
    takes: 'DIR',
    default: '',
    help: 'a root outside the data folder that tables and file triggers may use',
    repeatable: true,
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
  defaultPermission: {
    flag: 'default-permission',
    takes: 'LEVEL',
    default: 'READ',
    help: `what users may do where nothing is granted: ${defaultPermissions.join(', ')}`,
  },
  adminUser: {
    flag: 'admin-user',
    takes: 'NAME',
    default: 'admin',
    help: 'the admin that --auth basic makes when there is none',
  },
  allowedHosts: {
    flag: 'allowed-hosts',
    takes: 'NAMES',
    default: '',
    help: 'host names, comma-separated, by which clients may call; addresses always may',
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
  logLimitMb: {
    flag: 'log-limit-mb',
    takes: 'MIB',
    default: '100',
    help: "what a task's log takes at most; of a longer one the middle is dropped",
  },
  diskReserveMb: {
    flag: 'disk-reserve-mb',
    takes: 'MIB',
    default: '512',
    help: 'kept free on the disk: below it the task that has written most ends; 0 keeps nothing free',
  },
  keepAttemptsDays: {
    flag: 'keep-attempts-days',
    takes: 'DAYS',
    default: '60',
    help: 'how long the folders and logs of ended tasks stay; 0 is for ever',
  },
  keepEnvironmentsDays: {
    flag: 'keep-environments-days',
    takes: 'DAYS',
    default: '30',
    help: 'how long a Python environment stays that no task uses; it is built again when one does; 0 is for ever',
  },
} as const satisfies Record<string, Setting>

interface Variable {
  readonly default: string
  readonly help: string
}

/** What only the environment sets: secrets that a process list would show, and names of others. */
export const variables = {
  MILLRACE_ADMIN_PASSWORD: {
    default: '',
    help: 'password of the admin that --auth basic makes; a random one, shown once, when not given',
  },
  MILLRACE_HOME: {
    default: '~/.millrace',
    help: "what this machine's servers share, such as built Python environments",
  },
  AWS_ACCESS_KEY_ID: {
    default: '',
    help: 'with AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, for an --artifact-root on S3',
  },
  AWS_REGION: { default: 'us-east-1', help: 'region of an --artifact-root on S3' },
  AWS_ENDPOINT_URL: {
    default: '',
    help: 'an S3 server other than AWS; AWS_ENDPOINT_URL_S3 and MLFLOW_S3_ENDPOINT_URL win over it',
  },
  MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE: {
    default: 'auto',
    help: 'where a bucket is in an address: path, virtual, or auto for path on other servers than AWS',
  },
  MLFLOW_WEBHOOK_ALLOWED_SCHEMES: {
    default: 'https',
    help: "schemes of webhooks' addresses, comma-separated",
  },
  MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: {
    default: 'false',
    help: 'whether webhooks may go to private addresses',
  },
} as const satisfies Record<string, Variable>

/** `--data-dir` is `MILLRACE_DATA_DIR` in the environment. */
export function variableOf(setting: Setting): string {
  return `MILLRACE_${setting.flag.toUpperCase().replaceAll('-', '_')}`
}

const columns = 80
const indent = '      '

/** What `millrace server --help` prints about settings, in 80 columns. */
export function describeSettings(): string {
  const flags = Object.values(settings).map((setting: Setting) => {
    const times = setting.repeatable ? ' (repeatable)' : ''
    return describe(`--${setting.flag} ${setting.takes}${times}`, setting)
  })
  const others = Object.entries(variables).map(([name, setting]) => describe(name, setting))
  return `Settings; each is also a variable of the environment, as --data-dir is
MILLRACE_DATA_DIR:

${flags.join('\n')}

Settings that only the environment sets:

${others.join('\n')}
`
}

function describe(name: string, setting: Variable): string {
  const shown = setting.default === '' ? '' : ` [${setting.default}]`
  return `  ${name}${shown}\n${wrap(setting.help)}`
}

function wrap(text: string): string {
  const lines = [indent.trimEnd()]
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line.length + 1 + word.length > columns && line !== '') lines.push(`${indent}${word}`)
    else lines[lines.length - 1] = line === '' ? `${indent}${word}` : `${line} ${word}`
  }
  return lines.join('\n')
}
