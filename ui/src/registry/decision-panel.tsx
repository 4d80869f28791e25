import { useState, type ReactNode } from 'react'
import { useMe } from '../auth/use-me.ts'
import { Button } from '../kit/button.tsx'
import { useNow } from '../kit/clock.ts'
import { Field, TextArea } from '../kit/field.tsx'
import { Icon } from '../kit/icons.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { decideRight } from './decide-right.ts'
import { useDecide } from './use-requests.ts'
import type { TransitionRequest } from './wire.ts'
import styles from './decision.module.css'

/** What is asked, in one sentence, by whom, and who may answer. It opens the page. */
export function Question({
  request,
  replaces,
}: {
  readonly request: TransitionRequest
  /** The version that is in the stage now. */
  readonly replaces: string | undefined
}): ReactNode {
  const me = useMe()
  const right = decideRight(request, me.data?.userName, useNow(30_000))
  const { name, version, stage } = request
  return (
    <section className={styles['panel']} aria-label="Question">
      <p className={styles['question']}>
        Approve {name} v{version} for {stage}?{' '}
        {replaces === undefined ? `Nothing is in ${stage} yet.` : `It replaces v${replaces}.`}
      </p>
      <p className={styles['asked']}>
        Asked by <strong>{request.creator}</strong> <RelativeTime time={request.created_at} />
        {request.expires_at !== null && (
          <>
            , expires <RelativeTime time={request.expires_at} />
          </>
        )}
        {request.comment !== '' && <>: “{request.comment}”</>}
      </p>
      <p className={styles['who']}>
        <Icon name={right.may ? 'user' : 'key'} />
        <span>
          {right.who}{' '}
          {right.refusal === undefined ? (
            <a href="#decide">You may: decide below the evidence.</a>
          ) : (
            `${right.refusal}.`
          )}
        </span>
      </p>
    </section>
  )
}

/** The two answers with a comment. It closes the page, after the evidence. */
export function Answer({ request }: { readonly request: TransitionRequest }): ReactNode {
  const [comment, setComment] = useState('')
  const me = useMe()
  const approve = useDecide('approve')
  const reject = useDecide('reject')
  const { refusal, who } = decideRight(request, me.data?.userName, useNow(30_000))
  const { name, version, stage } = request
  const decision = { name, version, stage, comment }
  const busy = approve.isPending || reject.isPending
  return (
    <section id="decide" className={styles['panel']} aria-label="Decision">
      <h2>
        {name} v{version} for {stage}
      </h2>
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
          refusal={refusal}
          onClick={() => approve.mutate(decision)}
        >
          Approve
        </Button>
        <Button
          kind="danger"
          icon="cross"
          busy={busy}
          refusal={refusal}
          onClick={() => reject.mutate(decision)}
        >
          Reject
        </Button>
        <span className={styles['who']}>{refusal === undefined ? who : `${refusal}.`}</span>
      </div>
    </section>
  )
}
