export { defineVersionUses, type VersionUse } from './gc-needs.ts'
export { registryMigrations } from './migrations.ts'
export { registryRoutes } from './routes.ts'
export { startRegistry } from './background.ts'
export { registryErrors } from './errors.ts'
export {
  createModel,
  getModel,
  getVersionByAlias,
  latestInStage,
  latestVersions,
  setAlias,
  setModelTag,
  type CreateModelInput,
  type SetAliasInput,
} from './model-service.ts'
export {
  createVersion,
  downloadVersion,
  getVersion,
  listVersions,
  setVersionTag,
  versionSourceUri,
  type CreateVersionInput,
} from './version-service.ts'
export { transitionStage, type TransitionInput } from './stage-service.ts'
export {
  approveRequest,
  cancelRequest,
  createRequest,
  findProtection,
  listProtections,
  listRequests,
  protectStage,
  rejectRequest,
  unprotectStage,
  type ApproveInput,
  type CancelInput,
  type CreateRequestInput,
  type DecideInput,
  type ListRequestsInput,
  type ProtectStageInput,
} from './request-service.ts'
export { createComment, listActivities } from './comment-service.ts'
export { parseStage } from './validation.ts'
export {
  RequestState,
  Stage,
  type Activity,
  type ModelVersion,
  type Protection,
  type RegisteredModel,
  type TransitionRequest,
  type VersionRef,
} from './types.ts'
