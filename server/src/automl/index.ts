export { automlMigrations } from './migrations.ts'
export { automlRoutes } from './routes.ts'
export { startAutoml } from './background.ts'
export { automlErrors } from './errors.ts'
export { cancelSearch, startSearch, waitForSearch } from './search-service.ts'
export { getSearch, listSearches, rankTrials, type SearchView } from './search-reads.ts'
export { getTrial, type TrialRecipe } from './trial-service.ts'
export { openRerun, rerunTrial, type OpenRerunInput, type RerunInput } from './rerun-service.ts'
export { warmModule } from './notebook-attempt.ts'
export { Problem } from './problem.ts'
export type { SearchRequest } from './examination.ts'
export {
  SearchState,
  TrialState,
  type ImputerStrategy,
  type Search,
  type SearchSpec,
  type Trial,
} from './types.ts'
