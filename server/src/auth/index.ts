export { authErrors } from './errors.ts'
export { authMigrations } from './migrations.ts'
export { authRoutes } from './routes.ts'
export {
  forgetGrants,
  grantCreator,
  describe as describeResource,
  moveGrants,
  permissionOn,
  readable,
  readableIds,
} from './grant-service.ts'
export { groupsOf } from './role-service.ts'
export { includes } from './permissions.ts'
export { Permission, ResourceType, wholeWorkspace, type Resource } from './types.ts'
export { bootstrapAdmin } from './user-service.ts'
export { checkKey, openSecret, sealSecret } from './secret-box.ts'
export { createScope, putSecret, readSecret } from './secret-service.ts'
export {
  issueToken,
  localOwner,
  resolvePrincipal,
  revokeAttemptTokens,
  revokeToken,
  type IssuedToken,
} from './token-service.ts'
export {
  appendAudit,
  listAudit,
  verifyAudit,
  type AuditEntry,
  type AuditVerdict,
  type NewAuditEntry,
} from './audit-store.ts'
