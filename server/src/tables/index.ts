export { tablesMigrations } from './migrations.ts'
export { tablesRoutes } from './routes.ts'
export { startTables } from './background.ts'
export { tablesErrors } from './errors.ts'
export { createSchema, getTable, hasTable, listTables } from './catalog-service.ts'
export { tableHistory, type HistoryEntry } from './history-service.ts'
export {
  queryRows,
  queryToParquet,
  type QueryRowsAnswer,
  type QueryRowsInput,
  type QueryToParquetAnswer,
  type QueryToParquetInput,
} from './query-service.ts'
export { runStatement, type RowSink } from './statement-runner.ts'
export { writeTable, type WriteTableAnswer, type WriteTableInput } from './write-service.ts'
export { WriteMode, type ColumnInfo, type TableInfo, type TableSource } from './types.ts'
export {
  commitStage,
  discardStage,
  type CommitStageInput,
  type CommittedTable,
} from './stage-service.ts'
export {
  mapParquet,
  mapQuery,
  queryParquet,
  type AddColumnsInput,
  type AddedColumn,
  type MapQueryAnswer,
  type MapQueryInput,
  type QueryParquetInput,
} from './parquet-service.ts'
export { brokenChecks, runChecks, type CheckSource, type RunChecksInput } from './check-service.ts'
export { parseChecks } from './checks/parse.ts'
export type { CheckReport, Checks, RuleExample, RuleResult } from './checks/types.ts'
export { ingestFile, type IngestAnswer, type IngestInput } from './ingest-service.ts'
export { changesBetween, type Changes, type ChangesInput } from './changes-service.ts'
