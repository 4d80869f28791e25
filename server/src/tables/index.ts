export { tablesMigrations } from './migrations.ts'
export { tablesRoutes } from './routes.ts'
export { startTables } from './background.ts'
