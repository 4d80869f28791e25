import { useState, type ReactNode } from 'react'
import { Button } from './button.tsx'
import type { Column } from './columns.ts'
import { Checkbox, SearchInput } from './field.tsx'
import { Popover } from './menu.tsx'
import styles from './data-table.module.css'

/** Chooses which columns a table shows, by name, under their groups. */
export function ColumnChooser<Row>({
  columns,
  shown,
  onChange,
}: {
  readonly columns: readonly Column<Row>[]
  readonly shown: ReadonlySet<string>
  readonly onChange: (shown: ReadonlySet<string>) => void
}): ReactNode {
  const [text, setText] = useState('')
  const wanted = text.trim().toLowerCase()
  const found = columns.filter((column) => column.header.toLowerCase().includes(wanted))
  const groups = [...new Set(found.map((column) => column.group ?? 'Columns'))]
  const toggle = (id: string, on: boolean) => {
    const next = new Set(shown)
    if (on) next.add(id)
    else next.delete(id)
    onChange(next)
  }
  const setAll = (on: boolean) => {
    const next = new Set(shown)
    for (const column of found) {
      if (on) next.add(column.id)
      else next.delete(column.id)
    }
    onChange(next)
  }
  return (
    <Popover label="Columns" trigger={<Button icon="columns">Columns</Button>}>
      <div className={styles['chooser']}>
        <SearchInput
          label="Find a column"
          placeholder="Find a column"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <div style={{ display: 'flex', gap: 8 }}>
          <Button small onClick={() => setAll(true)}>
            Show all
          </Button>
          <Button small onClick={() => setAll(false)}>
            Hide all
          </Button>
        </div>
        <div className={styles['choices']}>
          {groups.map((group) => (
            <div key={group} role="group" aria-label={group}>
              <div className={styles['choiceGroup']}>{group}</div>
              {found
                .filter((column) => (column.group ?? 'Columns') === group)
                .slice(0, 300)
                .map((column) => (
                  <div key={column.id}>
                    <Checkbox
                      label={column.header}
                      checked={shown.has(column.id)}
                      onChange={(on) => toggle(column.id, on)}
                    />
                  </div>
                ))}
            </div>
          ))}
        </div>
      </div>
    </Popover>
  )
}
