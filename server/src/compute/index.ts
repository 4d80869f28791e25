export { startCompute } from './background.ts'
export { attemptFolder } from './attempt-folder.ts'
export { kill, launch, waitForExit } from './attempt-service.ts'
export { readLog, tailLog, type LogChunk, type LogTail } from './attempt-log.ts'
export { ensureEnvironment, getEnvironment } from './environment-service.ts'
export { computeErrors } from './errors.ts'
export { computeMigrations } from './migrations.ts'
export { computeRoutes } from './routes.ts'
export { openWorker, type Worker, type WorkerSpec } from './worker-service.ts'
export type {
  Entry,
  Environment,
  EnvironmentSpec,
  ExitReason,
  ExitReport,
  LaunchSpec,
  Limits,
  TaskError,
} from './types.ts'
