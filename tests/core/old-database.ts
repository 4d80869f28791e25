/**
 * A database file with a little of everything, as SQL text: what a release leaves behind. The test
 * beside it upgrades every one in `databases/`. Before a release: `node tests/core/old-database.ts`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp, migrations } from '../../server/src/app.ts'
import { localOwner } from '../../server/src/auth/index.ts'
import {
  EventBus,
  migrate,
  openDatabase,
  openLog,
  readConfig,
  type App,
} from '../../server/src/core/index.ts'

export interface OpenApp extends AsyncDisposable {
  readonly app: App
  readonly database: ReturnType<typeof openDatabase>
}

/** The whole app over the database file of a data folder, brought to the newest schema. */
export async function openApp(dataDir: string): Promise<OpenApp> {
  const database = openDatabase({ path: join(dataDir, 'millrace.db') })
  await migrate(database.db, migrations)
  const app = await buildApp({
    db: database.db,
    database,
    now: () => new Date(),
    config: readConfig(['--data-dir', dataDir, '--log-level', 'silent'], {}),
    log: openLog('silent'),
    events: new EventBus(),
    principal: localOwner(),
    url: '',
  })
  return {
    app,
    database,
    async [Symbol.asyncDispose]() {
      await app.close()
      await database[Symbol.asyncDispose]()
    },
  }
}

async function fill(app: App): Promise<void> {
  const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await app.inject({ method: 'POST', url: `/api/${path}`, body })
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.body}`)
    return answer.json()
  }
  const { experiment_id } = await post('2.0/mlflow/experiments/create', { name: 'old' })
  const made = await post('2.0/mlflow/runs/create', { experiment_id, run_name: 'first' })
  const { run_id } = (made['run'] as { info: { run_id: string } }).info
  const metrics = [1, 2, 3].map((step) => ({
    key: 'auc',
    value: step / 4,
    timestamp: 1,
    step,
  }))
  await post('2.0/mlflow/runs/log-batch', {
    run_id,
    metrics,
    params: [{ key: 'depth', value: '3' }],
    tags: [{ key: 'team', value: 'a' }],
  })
  await post('2.0/mlflow/registered-models/create', { name: 'churn' })
  const source = `mlflow-artifacts:/${String(experiment_id)}/${run_id}/artifacts/model`
  await post('2.0/mlflow/model-versions/create', { name: 'churn', source, run_id })
  const version = {
    name: 'churn',
    version: '1',
    stage: 'Staging',
    archive_existing_versions: false,
  }
  await post('2.0/mlflow/model-versions/transition-stage', version)
  await post('2.0/mlflow/registered-models/alias', { name: 'churn', alias: 'best', version: '1' })
  await post('2.0/workspace/mkdirs', { path: '/Shared/old' })
  await post('2.2/jobs/create', {
    name: 'nightly',
    schedule: { quartz_cron_expression: '0 0 23 ? * FRI', timezone_id: 'Europe/Berlin' },
    tasks: [{ task_key: 'only', spark_python_task: { python_file: '/Shared/old/task.py' } }],
  })
}

/** Every table with its rows, then every index, as SQL that makes them again. */
function dump(path: string): string {
  using db = new DatabaseSync(path, { readOnly: true })
  const objects = db
    .prepare(
      `select type, name, sql from sqlite_master where sql is not null and name not like 'sqlite_%'
       order by type desc, name`,
    )
    .all() as { type: string; name: string; sql: string }[]
  const lines = ['-- Made by tests/core/old-database.ts; never changed afterwards.']
  for (const { type, name, sql } of objects) {
    lines.push(`${sql.replaceAll(/\s+/g, ' ')};`)
    if (type !== 'table') continue
    const rows = db.prepare(`select * from "${name}"`).all()
    for (const row of rows) {
      lines.push(`insert into "${name}" values (${Object.values(row).map(literal).join(', ')});`)
    }
  }
  return `${lines.join('\n')}\n`
}

function literal(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`
  return `'${(value as string).replaceAll("'", "''")}'`
}

if (import.meta.main) {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-old-'))
  try {
    {
      await using open = await openApp(dataDir)
      await fill(open.app)
    }
    const today = new Date().toISOString().slice(0, 10)
    const file = new URL(`databases/${today}.sql`, import.meta.url)
    await writeFile(file, dump(join(dataDir, 'millrace.db')))
  } finally {
    await rm(dataDir, { recursive: true })
  }
}
