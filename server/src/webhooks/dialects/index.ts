import { DialectName } from '../types.ts'
import type { Dialect } from './contract.ts'
import { databricksDialect } from './databricks.ts'
import { mlflowDialect } from './mlflow.ts'

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  [DialectName.Mlflow]: mlflowDialect,
  [DialectName.Databricks]: databricksDialect,
}
