import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Button, buttonClass, IconButton } from '../kit/button.tsx'
import { ColumnChooser } from '../kit/column-chooser.tsx'
import { downloadText, toCsv, type Column } from '../kit/columns.ts'
import { Segments, Select } from '../kit/field.tsx'
import { FilterBar } from '../kit/filter-bar.tsx'
import { useNarrow } from '../kit/use-narrow.ts'
import { isGroupable, parentColumn } from './run-groups.ts'
import { runGrammar } from './search-grammar.ts'
import type { RunTableState } from './use-run-table.ts'
import { useMoveRuns } from './use-run-lifecycle.ts'
import { ViewsButton } from './views-button.tsx'
import type { Run } from './wire.ts'
import styles from './run-table.module.css'

/** Filter, which runs, grouping, columns, saved views, CSV, and Compare. */
export function RunToolbar({
  experimentId,
  state,
}: {
  readonly experimentId: string
  readonly state: RunTableState
}): ReactNode {
  const { search, set, columns, runs } = state
  return (
    <FilterBar
      label="Filter runs"
      grammar={runGrammar}
      value={search.q ?? ''}
      keys={columns
        .map((column) => column.id)
        .filter((id) => /^(?:metrics|params|tags)\./.test(id))}
      problem={state.query.isError}
      onApply={(q) => set({ q, selected: '' })}
    >
      <Segments
        label="Which runs"
        value={search.view === 'deleted' ? 'deleted' : 'active'}
        options={[
          { value: 'active', label: 'Active' },
          { value: 'deleted', label: 'Deleted' },
        ]}
        onChange={(view) => set({ view: view === 'deleted' ? view : '', selected: '' })}
      />
      <Select
        label="Group by"
        className={styles['groupBy']}
        value={search.group ?? ''}
        options={groupOptions(columns)}
        onChange={(group) => set({ group, open: '' })}
      />
      <ColumnChooser
        columns={columns.slice(1)}
        shown={state.shownIds}
        onChange={(next) => set({ columns: [...next].join(',') || 'none' }, true)}
      />
      <ViewsButton experimentId={experimentId} search={search} />
      <IconButton
        icon="download"
        label="Download the loaded runs as CSV"
        kind="default"
        onClick={() =>
          downloadText(`experiment-${experimentId}.csv`, toCsv([idColumn, ...columns], runs))
        }
      />
      {state.selected.size > 0 && (
        <MoveButton
          move={search.view === 'deleted' ? 'restore' : 'delete'}
          selected={state.selected}
          onDone={() => set({ selected: '' }, true)}
        />
      )}
      <CompareButton experimentId={experimentId} selected={state.selected} />
    </FilterBar>
  )
}

const idColumn: Column<Run> = {
  id: 'run_id',
  header: 'run_id',
  value: (run) => run.info.run_id,
}

/** Deleting is undone by Restore, or by Undo in the message. */
function MoveButton({
  move,
  selected,
  onDone,
}: {
  readonly move: 'delete' | 'restore'
  readonly selected: ReadonlySet<string>
  readonly onDone: () => void
}): ReactNode {
  const mutation = useMoveRuns(move)
  return (
    <Button
      kind={move === 'delete' ? 'danger' : 'default'}
      icon={move === 'delete' ? 'close' : 'retry'}
      busy={mutation.isPending}
      onClick={() => mutation.mutate([...selected], { onSuccess: onDone })}
    >
      {move === 'delete' ? 'Delete' : 'Restore'} {selected.size}
    </Button>
  )
}

function CompareButton({
  experimentId,
  selected,
}: {
  readonly experimentId: string
  readonly selected: ReadonlySet<string>
}): ReactNode {
  const narrow = useNarrow()
  if (selected.size < 2 && narrow) return null
  if (selected.size < 2) {
    return (
      <Button icon="chart" refusal="Select two runs or more (Space or x on a row) to compare them">
        Compare
      </Button>
    )
  }
  return (
    <Link
      to="/experiments/$experimentId/compare"
      params={{ experimentId }}
      search={{ runs: [...selected].join(',') }}
      className={buttonClass('primary')}
    >
      Compare {selected.size}
    </Link>
  )
}

function groupOptions(
  columns: readonly Column<Run>[],
): { readonly value: string; readonly label: string }[] {
  const groups = columns
    .filter((column) => isGroupable(column.id))
    .map((column) => ({ value: column.id, label: `By ${column.header}` }))
  return [
    { value: '', label: 'Not grouped' },
    { value: parentColumn, label: 'By parent run' },
    ...groups.filter((option) => option.value !== parentColumn),
  ]
}
