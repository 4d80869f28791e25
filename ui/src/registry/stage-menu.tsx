import { useState, type ReactNode } from 'react'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Field, Select, TextArea } from '../kit/field.tsx'
import { useDecide, useTransition } from './use-requests.ts'
import { stages, type ModelVersion, type Stage } from './wire.ts'

/** Asks for a stage, or moves there at once where the stage is not protected. */
export function StageMenu({ version }: { readonly version: ModelVersion }): ReactNode {
  const [open, setOpen] = useState(false)
  const [stage, setStage] = useState<Stage>('Production')
  const [comment, setComment] = useState('')
  const request = useDecide('create')
  const transition = useTransition()
  const target = { name: version.name, version: version.version, stage }
  const close = () => setOpen(false)
  return (
    <>
      <Button icon="approval" onClick={() => setOpen(true)}>
        Change stage
      </Button>
      <Dialog
        open={open}
        onClose={close}
        title={`Move ${version.name} v${version.version}`}
        actions={
          <>
            <Button onClick={close}>Close</Button>
            <Button
              busy={transition.isPending}
              onClick={() => transition.mutate(target, { onSuccess: close })}
            >
              Move now
            </Button>
            <Button
              kind="primary"
              busy={request.isPending}
              onClick={() => request.mutate({ ...target, comment }, { onSuccess: close })}
            >
              Request
            </Button>
          </>
        }
      >
        <p>
          A protected stage needs a request that someone else approves; moving there at once is
          refused.
        </p>
        <Field label="Stage">
          {(id) => (
            <Select
              id={id}
              value={stage}
              onChange={setStage}
              options={stages.map((value) => ({ value, label: value }))}
            />
          )}
        </Field>
        <Field label="Why" hint="The approver reads this first">
          {(id, describedBy) => (
            <TextArea
              id={id}
              aria-describedby={describedBy}
              rows={3}
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
          )}
        </Field>
      </Dialog>
    </>
  )
}
