export { computeMigrations } from './migrations.ts'
export { computeRoutes } from './routes.ts'
export { startCompute } from './background.ts'
