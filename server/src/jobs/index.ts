export { jobsMigrations } from './migrations.ts'
export { jobsRoutes } from './routes.ts'
export { startJobs } from './background.ts'
