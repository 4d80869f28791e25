import { useState, type ReactNode } from 'react'
import { useMe } from '../auth/use-me.ts'
import { Button } from '../kit/button.tsx'
import { Field, TextArea } from '../kit/field.tsx'
import { Icon } from '../kit/icons.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { decideRight } from './decide-right.ts'
import { useDecide } from './use-requests.ts'
import type { TransitionRequest } from './wire.ts'
import styles from './decision.module.css'

/** The question, who asked it, who may answer, and the two answers with a comment. */
export function DecisionPanel({
  request,
  replaces,
}: {
  readonly request: TransitionRequest
  /** The version that is in the stage now. */
  readonly replaces: string | undefined
}): ReactNode {
  const [comment, setComment] = useState('')
  const me = useMe()
  const approve = useDecide('approve')
  const reject = useDecide('reject')
  const right = decideRight(request, me.data?.userName, Date.now())
  const { name, version, stage } = request
  const decision = { name, version, stage, comment }
  const busy = approve.isPending || reject.isPending
  return (
    <section className={styles['panel']} aria-label="Decision">
      <p className={styles['question']}>
        Approve {name} v{version} for {stage}?{' '}
        {replaces === undefined ? `Nothing is in ${stage} yet.` : `It replaces v${replaces}.`}
      </p>
      <p className={styles['asked']}>
        Asked by <strong>{request.creator}</strong> <RelativeTime time={request.created_at} />
        {request.expires_at != null && (
          <>
            , open until <RelativeTime time={request.expires_at} />
          </>
        )}
        {request.comment !== undefined && request.comment !== '' && <>: “{request.comment}”</>}
      </p>
      <p className={styles['who']}>
        <Icon name={right.may ? 'user' : 'key'} />
        <span>{right.who}</span>
      </p>
      <div className={styles['form']}>
        <Field label="Comment" hint="Kept with the decision in the audit chain">
          {(id, describedBy) => (
            <TextArea
              id={id}
              aria-describedby={describedBy}
              rows={2}
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
          )}
        </Field>
        <div className={styles['buttons']}>
          <Button
            kind="primary"
            icon="check"
            busy={busy}
            refusal={right.refusal}
            onClick={() => approve.mutate(decision)}
          >
            Approve
          </Button>
          <Button
            kind="danger"
            icon="cross"
            busy={busy}
            refusal={right.mayReject ? undefined : right.refusal}
            onClick={() => reject.mutate(decision)}
          >
            Reject
          </Button>
        </div>
      </div>
    </section>
  )
}
