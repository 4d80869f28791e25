export { workspaceMigrations } from './migrations.ts'
export { workspaceRoutes } from './routes.ts'
export { startWorkspace } from './background.ts'
export { workspaceErrors } from './errors.ts'
export {
  deleteObject,
  hashFile,
  listFiles,
  listFolder,
  makeDirectories,
  materialise,
  readFile,
  statFile,
  writeFile,
  type Materialised,
  type WriteFileInput,
} from './object-service.ts'
export {
  findDeployment,
  getDeployment,
  recordDeployment,
  type RecordDeploymentInput,
} from './deployment-service.ts'
export { Language, ObjectType, type Deployment, type WorkspaceObject } from './types.ts'
