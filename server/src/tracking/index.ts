export { trackingMigrations } from './migrations.ts'
export { trackingRoutes } from './routes.ts'
export { startTracking } from './background.ts'
