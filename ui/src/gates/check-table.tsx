import { useMemo, type ReactNode } from 'react'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatCount, formatMetric } from '../kit/format.ts'
import { Status } from '../kit/status.tsx'
import { checkName } from './check-name.ts'
import type { Check } from './use-evaluations.ts'

function show(value: number | string | null): string {
  if (value === null) return '–'
  return typeof value === 'number' ? formatMetric(value) : value
}

const name: Column<Check> = {
  id: 'name',
  header: 'Check',
  width: 150,
  grow: true,
  cell: (check) => <span title={checkName(check)}>{checkName(check)}</span>,
  value: checkName,
}

const result: Column<Check> = {
  id: 'passed',
  header: 'Result',
  width: 88,
  value: (check) => Number(check.passed),
  cell: (check) => <Status state={check.passed ? 'PASSED' : 'FAILED'} />,
}

const value: Column<Check> = {
  id: 'value',
  header: 'Value',
  width: 100,
  align: 'end',
  value: (check) => check.value ?? undefined,
  cell: (check) => <span title={show(check.value)}>{show(check.value)}</span>,
}

const limit: Column<Check> = {
  id: 'limit',
  header: 'Allowed',
  width: 156,
  value: (check) => check.limit,
}

const champion: Column<Check> = {
  id: 'champion',
  header: 'Live version',
  width: 108,
  align: 'end',
  value: (check) => check.champion ?? undefined,
  cell: (check) => show(check.champion),
}

const rows: Column<Check> = {
  id: 'rows',
  header: 'Rows',
  width: 62,
  align: 'end',
  value: (check) => check.rows ?? undefined,
  cell: (check) => (check.rows === null ? '–' : formatCount(check.rows)),
}

/** The checks of a version, failures first. Columns that hold nothing are left out. */
export function CheckTable({
  checks,
  label,
}: {
  readonly checks: readonly Check[]
  readonly label: string
}): ReactNode {
  const ordered = useMemo(
    () => checks.toSorted((left, right) => Number(left.passed) - Number(right.passed)),
    [checks],
  )
  const columns = useMemo(() => {
    const compared = checks.some((check) => check.champion !== null)
    const counted = checks.some((check) => check.rows !== null)
    return [name, result, value, ...(compared ? [champion] : []), limit, ...(counted ? [rows] : [])]
  }, [checks])
  return <DataTable label={label} rows={ordered} columns={columns} rowId={(check) => check.id} />
}
