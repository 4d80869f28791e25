export { featuresMigrations } from './migrations.ts'
export { featuresRoutes } from './routes.ts'
export { startFeatures } from './background.ts'
