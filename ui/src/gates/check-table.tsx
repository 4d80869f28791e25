import type { ReactNode } from 'react'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatMetric } from '../kit/format.ts'
import { Status } from '../kit/status.tsx'
import type { Check } from './use-evaluations.ts'

function show(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return '–'
  return typeof value === 'number' ? formatMetric(value) : value
}

const columns: readonly Column<Check>[] = [
  {
    id: 'name',
    header: 'Check',
    value: (check) => check.name,
    cell: (check) => (
      <span title={check.detail ?? check.name}>
        {check.name}
        {check.slice !== undefined && <span className="muted"> · {check.slice}</span>}
      </span>
    ),
  },
  {
    id: 'passed',
    header: 'Result',
    width: 100,
    value: (check) => Number(check.passed),
    cell: (check) => <Status state={check.passed ? 'PASSED' : 'FAILED'} />,
  },
  {
    id: 'value',
    header: 'Value',
    width: 110,
    align: 'end',
    value: (check) => check.value ?? undefined,
    cell: (check) => show(check.value),
  },
  {
    id: 'limit',
    header: 'Limit',
    width: 110,
    align: 'end',
    value: (check) => check.limit ?? undefined,
    cell: (check) => show(check.limit),
  },
  {
    id: 'champion',
    header: 'Live version',
    width: 110,
    align: 'end',
    value: (check) => check.champion ?? undefined,
    cell: (check) => show(check.champion),
  },
]

const withDetail: readonly Column<Check>[] = [
  ...columns,
  { id: 'detail', header: 'Found', width: 260, value: (check) => check.detail },
]

/** The checks of a version, failures first. */
export function CheckTable({
  checks,
  label,
}: {
  readonly checks: readonly Check[]
  readonly label: string
}): ReactNode {
  const ordered = [...checks].sort((left, right) => Number(left.passed) - Number(right.passed))
  return (
    <DataTable
      label={label}
      rows={ordered}
      columns={checks.some((check) => check.detail !== undefined) ? withDetail : columns}
      rowId={(check) => `${check.name} ${check.slice ?? ''}`}
    />
  )
}
