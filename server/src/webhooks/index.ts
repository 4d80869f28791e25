export { webhooksErrors } from './errors.ts'
export { webhooksMigrations } from './migrations.ts'
export { webhooksRoutes } from './routes.ts'
export { startWebhooks } from './background.ts'
