export { gatesMigrations } from './migrations.ts'
export { gatesRoutes } from './routes.ts'
export { startGates } from './background.ts'
