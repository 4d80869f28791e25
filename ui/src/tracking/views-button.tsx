import { Link } from '@tanstack/react-router'
import { useState, type FormEvent, type ReactNode } from 'react'
import { Button, IconButton } from '../kit/button.tsx'
import { Field, Input } from '../kit/field.tsx'
import { Popover } from '../kit/menu.tsx'
import { keyOfView, nameProblem, tagOfView, viewsOf } from './saved-views.ts'
import { useExperiment, useSetExperimentTag } from './use-experiments.ts'
import styles from './run-table.module.css'

/** The saved views of an experiment's run table: go to one, keep the present one, delete one. */
export function ViewsButton({
  experimentId,
  search,
}: {
  readonly experimentId: string
  readonly search: Readonly<Record<string, unknown>>
}): ReactNode {
  const experiment = useExperiment(experimentId)
  const setTag = useSetExperimentTag(experimentId)
  const views = viewsOf(experiment.data?.tags)
  return (
    <Popover label="Saved views" trigger={<Button icon="star">Views</Button>}>
      <div className={styles['views']}>
        {views.length === 0 && (
          <p className="muted">
            A view is this table's filter, sort, columns and grouping under a name. Everybody who
            sees the experiment sees it.
          </p>
        )}
        {views.map((view) => (
          <div key={view.name} className={styles['view']}>
            <Link to="/experiments/$experimentId" params={{ experimentId }} search={view.search}>
              {view.name}
            </Link>
            <IconButton
              icon="close"
              small
              label={`Delete the view ${view.name}`}
              onClick={() =>
                setTag.mutate({
                  key: keyOfView(view.name),
                  value: undefined,
                  was: tagOfView(view.name, view.search).value,
                })
              }
            />
          </div>
        ))}
        <SaveForm
          busy={setTag.isPending}
          onSave={(name) => setTag.mutate(tagOfView(name, search))}
        />
      </div>
    </Popover>
  )
}

function SaveForm({
  busy,
  onSave,
}: {
  readonly busy: boolean
  readonly onSave: (name: string) => void
}): ReactNode {
  const [name, setName] = useState('')
  const [tried, setTried] = useState(false)
  const problem = nameProblem(name.trim())
  const save = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (problem !== undefined) return
    onSave(name.trim())
    setName('')
    setTried(false)
  }
  return (
    <form onSubmit={save} className={styles['save']}>
      <Field label="Keep this view as" problem={tried ? problem : undefined}>
        {(id, describedBy) => (
          <Input
            id={id}
            aria-describedby={describedBy}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" kind="primary" busy={busy}>
        Save
      </Button>
    </form>
  )
}
