import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { buildApp, migrations } from './app.ts'
import { bootstrapAdmin, checkKey, localOwner } from './auth/index.ts'
import { startAutoml } from './automl/index.ts'
import { startCompute } from './compute/index.ts'
import { startFeatures } from './features/index.ts'
import { startGates } from './gates/index.ts'
import { startJobs } from './jobs/index.ts'
import { startMonitoring } from './monitoring/index.ts'
import { startProvenance } from './provenance/index.ts'
import { startRegistry } from './registry/index.ts'
import { startServing } from './serving/index.ts'
import { startTables } from './tables/index.ts'
import { startTracking } from './tracking/index.ts'
import { startWebhooks } from './webhooks/index.ts'
import { startWorkspace } from './workspace/index.ts'
import {
  EventBus,
  migrate,
  openDatabase,
  openLog,
  type App,
  type Config,
  type Ctx,
} from './core/index.ts'

export interface Platform extends AsyncDisposable {
  readonly app: App
  readonly ctx: Ctx
  /** `http://127.0.0.1:5000` */
  readonly url: string
  /** The password of the admin that this start made up, to be shown once. */
  readonly madePassword: string | undefined
}

/** In the order of the arrows between rooms; they stop in the reverse order. */
const background = [
  startCompute,
  startWorkspace,
  startTables,
  startTracking,
  startRegistry,
  startJobs,
  startFeatures,
  startAutoml,
  startServing,
  startMonitoring,
  startGates,
  startWebhooks,
  startProvenance,
]

/** Opens the data folder, migrates, starts listening and all background work. */
export async function startPlatform(config: Config): Promise<Platform> {
  await using stack = new AsyncDisposableStack()
  await mkdir(config.dataDir, { recursive: true })
  const database = stack.use(
    openDatabase({
      path: join(config.dataDir, 'millrace.db'),
      ...(config.databaseUrl ? { url: config.databaseUrl } : {}),
    }),
  )
  await migrate(database.db, migrations)
  const ctx = {
    db: database.db,
    database,
    now: () => new Date(),
    config,
    log: openLog(config.logLevel),
    events: new EventBus(),
    principal: localOwner(),
    // Known once the port is; requests copy the ctx when they arrive.
    url: '',
  }
  const others = database.hearOthers?.(() => ctx.events.wake())
  if (others) stack.use(others)
  await checkKey(ctx)
  const madePassword = await bootstrapAdmin(ctx)
  const app = await buildApp(ctx)
  stack.defer(() => app.close())
  ctx.url = await app.listen({ host: config.host, port: config.port })
  for (const start of background) stack.use(await start(ctx))
  const lifetime = stack.move()
  return {
    app,
    ctx,
    url: ctx.url,
    madePassword,
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  }
}
