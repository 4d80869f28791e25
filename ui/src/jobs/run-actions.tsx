import { useState, type ReactNode } from 'react'
import { Button } from '../kit/button.tsx'
import { ConfirmDialog } from '../kit/dialog.tsx'
import { RepairDialog } from './repair-dialog.tsx'
import { useCancelRun } from './use-job-actions.ts'
import { hasEnded, stateOf, type JobRun } from './wire.ts'

/** Cancel while it runs; repair once it has failed. Both say first what they touch. */
export function RunActions({ run }: { readonly run: JobRun }): ReactNode {
  return hasEnded(run.state) ? <RepairButton run={run} /> : <CancelButton run={run} />
}

function CancelButton({ run }: { readonly run: JobRun }): ReactNode {
  const [open, setOpen] = useState(false)
  const cancel = useCancelRun()
  const active = (run.tasks ?? []).filter(
    (task) =>
      task.state?.life_cycle_state === 'RUNNING' || task.state?.life_cycle_state === 'BLOCKED',
  )
  const close = () => setOpen(false)
  return (
    <>
      <Button kind="danger" icon="stop" onClick={() => setOpen(true)}>
        Cancel run
      </Button>
      <ConfirmDialog
        open={open}
        onClose={close}
        title={`Cancel run ${run.run_id}?`}
        confirm="Cancel run"
        danger
        busy={cancel.isPending}
        onConfirm={() => cancel.mutate(run.run_id, { onSettled: close })}
      >
        <p>
          {active.length === 0
            ? 'Nothing has started yet.'
            : `This stops ${active.map((task) => task.task_key).join(', ')}.`}{' '}
          What a stopped task wrote to tables is thrown away; what finished tasks wrote stays. The
          run can be repaired later.
        </p>
      </ConfirmDialog>
    </>
  )
}

function RepairButton({ run }: { readonly run: JobRun }): ReactNode {
  const [open, setOpen] = useState(false)
  const broken = stateOf(run.state) !== 'SUCCESS'
  if (run.state?.life_cycle_state === 'SKIPPED') return null
  return (
    <>
      <Button kind={broken ? 'primary' : 'default'} icon="retry" onClick={() => setOpen(true)}>
        {broken ? 'Repair' : 'Run tasks again'}
      </Button>
      {open && <RepairDialog run={run} onClose={() => setOpen(false)} />}
    </>
  )
}
