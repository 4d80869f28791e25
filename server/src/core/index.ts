export {
  AppError,
  coreErrors,
  defineErrors,
  listErrors,
  type CatalogueEntry,
  type ErrorSpec,
  type WireCode,
} from './errors.ts'
export { findDiskFull } from './disk-full.ts'
export { inTransaction, systemPrincipal, type Ctx, type Principal } from './ctx.ts'
export { readConfig, type Config, type Environment } from './config.ts'
export type { S3Settings } from './s3-settings.ts'
export { describeSettings } from './settings.ts'
export { openDatabase, type Database, type DialectName } from './db/database.ts'
export { migrate, type Migrations } from './db/migrate.ts'
export { coreMigrations, isPostgres } from './migrations.ts'
export type { Db, Tables } from './db/tables.ts'
export { Lock } from './db/lock.ts'
export { EventBus } from './events/bus.ts'
export {
  query,
  readScript,
  run,
  runScript,
  type Script,
  type SqlValue,
  type Statement,
} from './db/script.ts'
export { wakeOthers } from './db/notices.ts'
export { insertRows, updateRows, type RowPatch } from './db/rows.ts'
export { insertTuples } from './db/tuples.ts'
export {
  appendEvent,
  appendEvents,
  eventScript,
  lastEventSeq,
  listEvents,
} from './events/event-store.ts'
export { consumeEvents, type Consumer } from './events/relay.ts'
export type {
  AnyNewEvent,
  EventPayloads,
  EventType,
  NewEvent,
  PlatformEvent,
} from './events/types.ts'
export {
  edgeScript,
  listEdges,
  recordEdge,
  recordEdges,
  type EdgeKind,
  type LineageEdge,
  type LineageNode,
  type NewEdge,
} from './lineage/edge-store.ts'
export { newHexId, newId, newIntId } from './ids.ts'
export { openLog, type Logger } from './log.ts'
export { baseUrl, type App, type RoutePlugin } from './http.ts'
export { coreRoutes } from './routes.ts'
export {
  callOutgoing,
  checkOutgoingUrl,
  type OutgoingPolicy,
  type OutgoingRequest,
  type OutgoingResponse,
} from './outgoing.ts'
export { parseYaml, readYaml, type YamlFile, type YamlProblem } from './yaml.ts'
