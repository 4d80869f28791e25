export { featuresErrors } from './errors.ts'
export { featuresMigrations } from './migrations.ts'
export { featuresRoutes } from './routes.ts'
export { startFeatures } from './background.ts'
export { createView, getView } from './view-service.ts'
export {
  createTrainingSet,
  type TrainingSet,
  type TrainingSetInput,
} from './training-set-service.ts'
export { readOnline, type OnlineAnswer, type OnlineInput } from './online-service.ts'
export type { View, ViewDefinition } from './types.ts'
