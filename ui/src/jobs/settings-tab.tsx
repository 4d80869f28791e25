import { useBlocker } from '@tanstack/react-router'
import { lazy, Suspense, useDeferredValue, useState, type ReactNode } from 'react'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Select } from '../kit/field.tsx'
import { formatExactTime, pluralise } from '../kit/format.ts'
import { Loaded, SkeletonBlock } from '../kit/states.tsx'
import { Badge } from '../kit/status.tsx'
import { DiffView } from './diff-view.tsx'
import type { Schema } from './schema-completion.ts'
import {
  useRevisions,
  useSaveSettings,
  useSettingsCheck,
  useSettingsSchema,
  useSettingsText,
  type Revision,
  type SettingsProblem,
  type SettingsText,
} from './use-job-settings.ts'
import type { Spot } from './yaml-editor.tsx'
import styles from './settings-tab.module.css'

const YamlEditor = lazy(async () => {
  const { YamlEditor: component } = await import('./yaml-editor.tsx')
  return { default: component }
})

/** All settings of a job as text, to read and to change; every earlier revision can be had back. */
export function SettingsTab({
  jobId,
  revision,
  onRevision,
}: {
  readonly jobId: number
  /** An earlier revision to begin with. */
  readonly revision: number | undefined
  readonly onRevision: (revision: number | undefined) => void
}): ReactNode {
  const schema = useSettingsSchema()
  const newest = useSettingsText(jobId, undefined)
  const start = useSettingsText(jobId, revision)
  const data =
    schema.data && newest.data && start.data
      ? { schema: schema.data, newest: newest.data, start: start.data }
      : undefined
  const failed = [schema, newest, start].find((query) => query.isError) ?? start
  return (
    <Loaded
      query={{ ...failed, data }}
      what="load the settings"
      skeleton={<SkeletonBlock height={480} />}
    >
      {(loaded) => (
        <Editing
          // What was typed belongs to what it began with.
          key={`${loaded.start.revision} ${loaded.newest.revision}`}
          jobId={jobId}
          {...loaded}
          onRevision={onRevision}
        />
      )}
    </Loaded>
  )
}

interface EditingProps {
  readonly jobId: number
  readonly schema: Schema
  readonly newest: SettingsText
  readonly start: SettingsText
  readonly onRevision: (revision: number | undefined) => void
}

const none: readonly SettingsProblem[] = []

function Editing({ jobId, schema, newest, start, onRevision }: EditingProps): ReactNode {
  // Each undo is a new round, in which the editor begins again.
  const [round, setRound] = useState(0)
  const [text, setText] = useState(start.yaml)
  const [asking, setAsking] = useState(false)
  const [spot, setSpot] = useState<Spot>()
  const check = useSettingsCheck(useDeferredValue(text))
  const save = useSaveSettings(jobId)
  const problems = check.data ?? none
  const changed = text !== newest.yaml
  useBlocker({
    disabled: !changed || save.isSuccess,
    enableBeforeUnload: changed,
    shouldBlockFn: ({ current, next }) =>
      current.pathname !== next.pathname &&
      // eslint-disable-next-line no-alert -- the browser's own question works before every way out
      !window.confirm('The changed settings are not saved. Leave them?'),
  })
  const reset = () => {
    onRevision(undefined)
    setRound(round + 1)
    setText(newest.yaml)
  }
  const ask = () => {
    if (changed && problems.length === 0) setAsking(true)
  }
  return (
    <div className={styles['stack']}>
      <Bar
        jobId={jobId}
        newest={newest.revision}
        shown={start.revision}
        changed={changed}
        problems={problems}
        checking={check.isFetching}
        onRevision={onRevision}
        onReset={reset}
        onSave={ask}
      />
      <div className={styles['editor']}>
        <Suspense fallback={<SkeletonBlock height={480} />}>
          <YamlEditor
            key={round}
            initial={round === 0 ? start.yaml : newest.yaml}
            schema={schema}
            problems={problems}
            spot={spot}
            onChange={setText}
            onSave={ask}
          />
        </Suspense>
      </div>
      <Problems problems={problems} onGo={setSpot} />
      {asking && (
        <Confirm
          before={newest.yaml}
          after={text}
          busy={save.isPending}
          onClose={() => setAsking(false)}
          onSave={() =>
            save.mutate(
              { yaml: text, revision: newest.revision },
              {
                onSuccess: () => onRevision(undefined),
                onSettled: () => setAsking(false),
              },
            )
          }
        />
      )}
    </div>
  )
}

function Bar({
  jobId,
  newest,
  shown,
  changed,
  problems,
  checking,
  onRevision,
  onReset,
  onSave,
}: {
  readonly jobId: number
  readonly newest: number
  readonly shown: number
  readonly changed: boolean
  readonly problems: readonly SettingsProblem[]
  readonly checking: boolean
  readonly onRevision: (revision: number | undefined) => void
  readonly onReset: () => void
  readonly onSave: () => void
}): ReactNode {
  const revisions = useRevisions(jobId)
  return (
    <div className={styles['bar']}>
      {(revisions.data ?? []).length > 1 && (
        <Select
          label="Revision"
          value={String(shown)}
          options={(revisions.data ?? []).map((one) => ({
            value: String(one.revision),
            label: revisionWords(one, newest),
          }))}
          onChange={(next) => onRevision(Number(next) === newest ? undefined : Number(next))}
        />
      )}
      <Verdict changed={changed} problems={problems} checking={checking} />
      <div className={styles['buttons']}>
        <Button refusal={changed ? undefined : 'Nothing is changed'} onClick={onReset}>
          Undo all
        </Button>
        <Button kind="primary" icon="check" refusal={refusalOf(changed, problems)} onClick={onSave}>
          Save…
        </Button>
      </div>
    </div>
  )
}

function revisionWords({ revision, changed_by, changed_at }: Revision, newest: number): string {
  const which = revision === newest ? `Revision ${revision}, now` : `Revision ${revision}`
  return `${which} · ${changed_by}, ${formatExactTime(changed_at)}`
}

function refusalOf(changed: boolean, problems: readonly SettingsProblem[]): string | undefined {
  if (!changed) return 'Nothing is changed'
  return problems.length > 0 ? `First mend ${pluralise(problems.length, 'problem')}` : undefined
}

function Verdict({
  changed,
  problems,
  checking,
}: {
  readonly changed: boolean
  readonly problems: readonly SettingsProblem[]
  readonly checking: boolean
}): ReactNode {
  if (problems.length > 0) {
    return (
      <Badge tone="bad" icon="cross">
        {pluralise(problems.length, 'problem')}
      </Badge>
    )
  }
  if (!changed) return <span className="muted">As it is saved. Ctrl-Space completes.</span>
  return (
    <Badge tone={checking ? 'idle' : 'ok'} icon={checking ? 'spinner' : 'check'}>
      {checking ? 'checking' : 'changed, and sound'}
    </Badge>
  )
}

function Problems({
  problems,
  onGo,
}: {
  readonly problems: readonly SettingsProblem[]
  readonly onGo: (spot: Spot) => void
}): ReactNode {
  return (
    <ul className={styles['problems']} aria-label="Problems" aria-live="polite">
      {problems.map((problem) => (
        <li key={`${problem.line} ${problem.column} ${problem.message}`}>
          <button
            type="button"
            className={styles['place']}
            onClick={() => onGo({ line: problem.line, column: problem.column })}
          >
            Line {problem.line}, column {problem.column}
          </button>
          <span>{problem.message}</span>
        </li>
      ))}
    </ul>
  )
}

function Confirm({
  before,
  after,
  busy,
  onClose,
  onSave,
}: {
  readonly before: string
  readonly after: string
  readonly busy: boolean
  readonly onClose: () => void
  readonly onSave: () => void
}): ReactNode {
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Save these changes?"
      actions={
        <>
          <Button onClick={onClose}>Go on editing</Button>
          <Button kind="primary" icon="check" busy={busy} onClick={onSave}>
            Save
          </Button>
        </>
      }
    >
      <DiffView before={before} after={after} />
      <p className="muted">
        Runs that are active go on as they began; the next one uses these settings. The revision of
        now stays in the list and can be had back.
      </p>
    </Dialog>
  )
}
