import { useState, type ReactNode } from 'react'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Checkbox, Field, Input, Segments } from '../kit/field.tsx'
import { pluralise } from '../kit/format.ts'
import { Loaded } from '../kit/states.tsx'
import { Badge, StatusSquare } from '../kit/status.tsx'
import { useRepairRun } from './use-job-actions.ts'
import { useRepairPreview, type RepairPreview, type RepairWish } from './use-repair-preview.ts'
import { useRunGraph } from './use-run-graph.ts'
import { hasFailed, stateOf, type JobRun, type RunTask } from './wire.ts'
import styles from './repair-dialog.module.css'

type Mode = 'failed' | 'chosen'

interface RepairForm {
  readonly mode: Mode
  readonly setMode: (mode: Mode) => void
  readonly chosen: readonly string[]
  readonly setChosen: (chosen: readonly string[]) => void
  readonly dependents: boolean
  readonly setDependents: (on: boolean) => void
  readonly tasks: readonly RunTask[]
  readonly wish: RepairWish | undefined
}

function useRepairForm(run: JobRun): RepairForm {
  const graph = useRunGraph(String(run.run_id), false)
  const [picked, setMode] = useState<Mode>()
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [dependents, setDependents] = useState(false)
  const tasks = graph.data?.tasks ?? []
  const failed = run.state?.result_state === 'CANCELED' || tasks.some((one) => hasFailed(one.state))
  const mode = picked ?? (failed || graph.data === undefined ? 'failed' : 'chosen')
  const wish = wishOf(mode, chosen, dependents)
  return { mode, setMode, chosen, setChosen, dependents, setDependents, tasks, wish }
}

/** Which tasks run again and which stay, as the server answers it, before anything is done. */
export function RepairDialog({
  run,
  onClose,
}: {
  readonly run: JobRun
  readonly onClose: () => void
}): ReactNode {
  const form = useRepairForm(run)
  const [parameters, setParameters] = useState<Readonly<Record<string, string>>>({})
  const preview = useRepairPreview(run.run_id, form.wish)
  const repair = useRepairRun()
  const again = form.wish === undefined ? 0 : countRuns(preview.data)
  const start = () => {
    if (form.wish === undefined || preview.data === undefined) return
    const latestRepairId = preview.data.latest_repair_id
    const asked = { runId: run.run_id, wish: form.wish, latestRepairId, parameters }
    repair.mutate(asked, { onSuccess: onClose })
  }
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Repair the run"
      actions={
        <>
          <Button onClick={onClose}>Keep as it is</Button>
          <Button
            kind="primary"
            icon="retry"
            busy={repair.isPending}
            refusal={again === 0 ? 'Choose what shall run again' : undefined}
            onClick={start}
          >
            {again === 0 ? 'Run again' : `Run ${pluralise(again, 'task')}`}
          </Button>
        </>
      }
    >
      <div className={styles['form']}>
        <Wish form={form} />
        {form.wish !== undefined && (
          <Loaded query={preview} what="look ahead">
            {(found) => <Steps preview={found} />}
          </Loaded>
        )}
        <Parameters run={run} values={parameters} onChange={setParameters} />
        <p className="muted">
          The job's settings of now are used. What the kept tasks wrote stays; what runs again
          writes once more, exactly once.
        </p>
      </div>
    </Dialog>
  )
}

function Wish({ form }: { readonly form: RepairForm }): ReactNode {
  return (
    <>
      <div className={styles['choices']}>
        <Segments
          label="Which tasks"
          value={form.mode}
          options={[
            { value: 'failed', label: 'What failed' },
            { value: 'chosen', label: 'Tasks I choose' },
          ]}
          onChange={form.setMode}
        />
        <Checkbox
          label="Also what follows them and succeeded"
          checked={form.dependents}
          onChange={form.setDependents}
        />
      </div>
      {form.mode === 'chosen' && (
        <Choice tasks={form.tasks} chosen={form.chosen} onChange={form.setChosen} />
      )}
    </>
  )
}

function wishOf(
  mode: Mode,
  chosen: readonly string[],
  dependents: boolean,
): RepairWish | undefined {
  if (mode === 'chosen' && chosen.length === 0) return undefined
  const which = mode === 'failed' ? { rerun_all_failed_tasks: true } : { rerun_tasks: chosen }
  return dependents ? { ...which, rerun_dependent_tasks: true } : which
}

function countRuns(preview: RepairPreview | undefined): number {
  return preview?.tasks.filter((task) => task.action === 'run').length ?? 0
}

function Choice({
  tasks,
  chosen,
  onChange,
}: {
  readonly tasks: readonly RunTask[]
  readonly chosen: readonly string[]
  readonly onChange: (chosen: readonly string[]) => void
}): ReactNode {
  return (
    <fieldset className={styles['choice']}>
      <legend className="visually-hidden">Tasks to run again</legend>
      {tasks.map(({ task_key: key, state }) => (
        <span key={key} className={styles['option']}>
          <StatusSquare state={stateOf(state)} />
          <Checkbox
            label={key}
            checked={chosen.includes(key)}
            onChange={(on) => onChange(on ? [...chosen, key] : chosen.filter((one) => one !== key))}
          />
        </span>
      ))}
    </fieldset>
  )
}

const actions = {
  run: { tone: 'run', icon: 'retry', word: 'runs again' },
  keep: { tone: 'idle', icon: 'dash', word: 'stays' },
  gone: { tone: 'warn', icon: 'warning', word: 'is gone' },
} as const

/** What runs comes first. */
function Steps({ preview }: { readonly preview: RepairPreview }): ReactNode {
  const order = ['run', 'gone', 'keep'] as const
  const sorted = order.flatMap((action) => preview.tasks.filter((task) => task.action === action))
  return (
    <table className={styles['steps']} aria-label="What a repair does">
      <thead>
        <tr>
          <th scope="col">Task</th>
          <th scope="col">Repair</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {sorted.map(({ task_key: key, action, reason }) => {
          const look = actions[action]
          return (
            <tr key={key}>
              <th scope="row">{key}</th>
              <td>
                <Badge tone={look.tone} icon={look.icon}>
                  {look.word}
                </Badge>
              </td>
              <td className={styles['why']}>{reason}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Parameters({
  run,
  values,
  onChange,
}: {
  readonly run: JobRun
  readonly values: Readonly<Record<string, string>>
  readonly onChange: (values: Readonly<Record<string, string>>) => void
}): ReactNode {
  const parameters = run.job_parameters ?? []
  if (parameters.length === 0) return null
  return (
    <details>
      <summary>Parameters for the tasks that run again</summary>
      <div className={styles['form']}>
        {parameters.map(({ name, value, default: initial }) => (
          <Field key={name} label={name}>
            {(id) => (
              <Input
                id={id}
                value={values[name] ?? value ?? initial ?? ''}
                onChange={(event) => onChange({ ...values, [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
    </details>
  )
}
