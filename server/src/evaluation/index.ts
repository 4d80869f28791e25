export { evaluationMigrations } from './migrations.ts'
export { evaluationRoutes } from './routes.ts'
export { evaluationErrors } from './errors.ts'
export { experimentsOf, type Judged } from './owner-reads.ts'
