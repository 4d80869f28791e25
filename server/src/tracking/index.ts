export { trackingMigrations } from './migrations.ts'
export { trackingRoutes } from './routes.ts'
export { startTracking } from './background.ts'
export { defineNeeds, type GcCandidate, type NeedSource } from './gc-needs.ts'
export { trackingErrors } from './errors.ts'
export {
  createExperiment,
  getExperiment,
  getExperimentByName,
  type CreateExperimentInput,
} from './experiment-service.ts'
export {
  createRun,
  getRun,
  setRunTag,
  updateRun,
  type CreateRunInput,
  type UpdateRunInput,
} from './run-service.ts'
export { logBatch, logMetric, logParam, type LogBatchInput } from './log-service.ts'
export { findExperimentOf, type Belonging } from './owner-reads.ts'
export { getLoggedModel, setLoggedModelTags } from './logged-model-service.ts'
export {
  downloadArtifacts,
  listArtifacts,
  readArtifact,
  writeArtifact,
  type ListedArtifact,
} from './artifact-service.ts'
export { artifactPathOf, isServedHere, joinUri } from './artifact-uri.ts'
export { sendArtifact } from './artifact-routes.ts'
export {
  LifecycleStage,
  LoggedModelStatus,
  RunStatus,
  ViewType,
  type Experiment,
  type KeyValue,
  type LoggedModel,
  type Metric,
  type NewMetric,
  type Run,
  type RunInfo,
} from './types.ts'
export { acceptMlflowJson, rpc, type Rpc } from './wire/rpc.ts'
export { f, type Decoded, type Shape } from './wire/fields.ts'
export { decodePageToken, encodePageToken, type TokenPart } from './wire/paging.ts'
export { encodeDouble, list, optionalText } from './wire/encode.ts'
export { parseFilter, parseOrderBy, type Comparison, type Order } from './search/parser.ts'
export {
  allowOperators,
  compareInteger,
  compareText,
  joinAnd,
  listOperators,
  numberOperators,
  shown,
  textOf,
  textOperators,
  type SqlPart,
} from './search/conditions.ts'
export { readableTest } from './search/readable.ts'
export { afterPlace, orderSql, withoutRepeats, type OrderColumn } from './search/keyset.ts'
export { getArtifact } from './artifact-service.ts'
export { checkLength, invalidValue } from './validation.ts'
export { parseArtifactPath as checkArtifactPath } from './artifact-path.ts'
export { searchRuns, type RunPage, type SearchRunsInput } from './run-search-service.ts'
