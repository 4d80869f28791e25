export { monitoringMigrations } from './migrations.ts'
export { monitoringRoutes } from './routes.ts'
export { startMonitoring } from './background.ts'
