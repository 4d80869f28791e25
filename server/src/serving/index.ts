import './gc-needs.ts'
export { servingMigrations } from './migrations.ts'
export { servingRoutes } from './routes.ts'
export { startServing } from './background.ts'
export { servingErrors } from './errors.ts'
export { scoreTable, type ScoreTableAnswer, type ScoreTableInput } from './scoring-service.ts'
export { getEndpoint, listEndpoints } from './endpoint-service.ts'
export { parseModelFile, type ModelFile, type SignatureColumn } from './signature.ts'
export type { Endpoint, ModelRef } from './types.ts'
export type { ScoreColumn } from './table-scorer.ts'
export {
  lowerIsBetter,
  qualityMetrics,
  qualitySql,
  type QualityMetric,
  type QualityQuery,
} from './quality.ts'
