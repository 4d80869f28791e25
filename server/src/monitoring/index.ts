export { monitoringErrors } from './errors.ts'
export { monitoringMigrations } from './migrations.ts'
export { monitoringRoutes } from './routes.ts'
export { startMonitoring } from './background.ts'
