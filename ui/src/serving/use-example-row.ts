import { useMutation, type UseMutationResult } from '@tanstack/react-query'
import { sayFailed } from '../kit/toast.tsx'
import { useVersion } from '../registry/use-versions.ts'
import { quoteName, runSql } from '../tables/run-sql.ts'
import { tableOf } from '../tracking/dataset-path.ts'
import { useRun } from '../tracking/use-runs.ts'
import type { InputField } from './input-fields.ts'

export type TypedRow = Readonly<Record<string, string>>

/** The table that a version was trained on; undefined when none of ours is recorded. */
export function useTrainingTable(model: string, version: string): string | undefined {
  const found = useVersion(model, version)
  const run = useRun(found.data?.run_id ?? '')
  const names = (run.data?.inputs?.dataset_inputs ?? []).map((input) => input.dataset.name)
  return names.map(tableOf).find((table) => table !== undefined)
}

/** Reads one row of a table, the columns that the model wants, as a person would type them. */
export function useExampleRow(
  table: string,
  fields: readonly InputField[],
): UseMutationResult<TypedRow, Error, void> {
  return useMutation({
    mutationFn: async () => {
      const names = fields.map((field) => quoteName(field.name)).join(', ')
      const statement = `SELECT ${names} FROM ${quoteName(table)} USING SAMPLE 1`
      const { rows } = await runSql({ statement, rowLimit: 1 })
      const [row = []] = rows
      return Object.fromEntries(fields.map((field, index) => [field.name, row[index] ?? '']))
    },
    onError: (error) => sayFailed(`read a row of ${table}`, error),
  })
}
