export { servingMigrations } from './migrations.ts'
export { servingRoutes } from './routes.ts'
export { startServing } from './background.ts'
