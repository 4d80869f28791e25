export { workspaceMigrations } from './migrations.ts'
export { workspaceRoutes } from './routes.ts'
export { startWorkspace } from './background.ts'
