export { automlMigrations } from './migrations.ts'
export { automlRoutes } from './routes.ts'
export { startAutoml } from './background.ts'
