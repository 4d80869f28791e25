export { provenanceErrors } from './errors.ts'
export { provenanceMigrations } from './migrations.ts'
export { provenanceRoutes } from './routes.ts'
export { startProvenance } from './background.ts'
