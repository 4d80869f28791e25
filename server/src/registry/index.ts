export { registryMigrations } from './migrations.ts'
export { registryRoutes } from './routes.ts'
export { startRegistry } from './background.ts'
