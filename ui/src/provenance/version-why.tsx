import { Link } from '@tanstack/react-router'
import { useMemo, useState, type ReactNode } from 'react'
import { useJobRunsById } from '../jobs/use-job-runs-by-id.ts'
import { Button } from '../kit/button.tsx'
import { CodeBlock, CopyId } from '../kit/code.tsx'
import { ConfirmDialog } from '../kit/dialog.tsx'
import { Columns, KeyValues, Panel, Section, type Fact } from '../kit/page.tsx'
import { ErrorState, Loaded, SkeletonBlock } from '../kit/states.tsx'
import { Badge } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { decisionWords } from './decision-words.ts'
import { EdgeGraph } from './lineage.tsx'
import { NodeLink } from './node-link.tsx'
import { lookOfNode } from './nodes.ts'
import { useReplay, useWhy, type AttemptFacts, type Why } from './use-why.ts'
import { whyEdges } from './why-edges.ts'
import styles from './lineage.module.css'

/** Why a model version is what it is: rows, code, environment, people, and where it went. */
export function VersionWhy({ node }: { readonly node: string }): ReactNode {
  const query = useWhy(node)
  return (
    <Loaded query={query} what="explain the version" skeleton={<SkeletonBlock height={320} />}>
      {(why) => <WhyBody why={why} />}
    </Loaded>
  )
}

/** The names of tasks by their attempts' nodes, from the job runs that they are part of. */
function useTaskNames(why: Why): ReadonlyMap<string, string> {
  const ids = [...new Set(why.attempts.flatMap((attempt) => attempt.part_of))]
    .filter((node) => node.startsWith('job-run:'))
    .map((node) => node.slice('job-run:'.length))
  const runs = useJobRunsById(ids)
  const known = JSON.stringify(runs.map((run) => [run.run_id, run.tasks?.length]))
  return useMemo(() => {
    const names = new Map<string, string>()
    for (const task of runs.flatMap((run) => run.tasks ?? [])) {
      names.set(`attempt:${task.run_id}`, task.task_key)
    }
    return names
  }, [known])
}

function WhyBody({ why }: { readonly why: Why }): ReactNode {
  const names = useTaskNames(why)
  const edges = useMemo(() => whyEdges(why), [why])
  return (
    <div className={styles['stack']}>
      <EdgeGraph edges={edges} selected={why.node} names={names} />
      <Columns>
        <div className={styles['stack']}>
          {why.attempts.map((attempt) => (
            <AttemptSection
              key={attempt.attempt}
              attempt={attempt}
              name={
                names.get(`attempt:${attempt.attempt}`) ??
                lookOfNode(`attempt:${attempt.attempt}`).name
              }
            />
          ))}
          {why.attempts.length === 0 && (
            <p className="muted">
              No task trained it, so its data, code and environment are not recorded.
            </p>
          )}
        </div>
        <div className={styles['stack']}>
          <Decisions why={why} />
          <Afterwards why={why} />
          <ReplaySection why={why} />
        </div>
      </Columns>
    </div>
  )
}

function nodes(list: readonly string[]): ReactNode {
  return list.map((node) => (
    <div key={node}>
      <NodeLink node={node} />
    </div>
  ))
}

function AttemptSection({
  attempt,
  name,
}: {
  readonly attempt: AttemptFacts
  readonly name: string
}): ReactNode {
  const { environment } = attempt
  const facts: Fact[] = [
    ...(attempt.read.length === 0 ? [] : [{ name: 'Read', value: nodes(attempt.read) }]),
    ...(attempt.wrote.length === 0 ? [] : [{ name: 'Wrote', value: nodes(attempt.wrote) }]),
    ...(attempt.code.length === 0
      ? []
      : [{ name: 'Code', value: nodes(attempt.code.map((code) => code.node)) }]),
    ...(environment === null
      ? []
      : [
          {
            name: 'Environment',
            value: (
              <>
                <Link to="/admin/environments" search={{ hash: environment.hash }}>
                  {environment.hash.slice(0, 12)}
                </Link>{' '}
                <span className="muted" title={environment.requirements.join('\n')}>
                  {environment.requirements.slice(0, 3).join(', ')}
                  {environment.requirements.length > 3 &&
                    ` and ${environment.requirements.length - 3} more`}
                </span>
              </>
            ),
          },
        ]),
    ...(attempt.part_of.length === 0 ? [] : [{ name: 'Part of', value: nodes(attempt.part_of) }]),
  ]
  return (
    <Section title={name}>
      <Panel>
        <KeyValues facts={facts} />
      </Panel>
    </Section>
  )
}

function Decisions({ why }: { readonly why: Why }): ReactNode {
  if (why.decisions.length === 0) return null
  return (
    <Section title="Who decided">
      <Panel>
        <ol className={styles['decisions']}>
          {why.decisions.map((decision, index) => (
            <li key={index}>
              <strong>{decision.by}</strong> {decisionWords(decision)}{' '}
              <span className="muted">
                <RelativeTime time={Date.parse(decision.at)} />
              </span>
              {typeof decision['comment'] === 'string' && <div>{decision['comment']}</div>}
            </li>
          ))}
        </ol>
      </Panel>
    </Section>
  )
}

function Afterwards({ why }: { readonly why: Why }): ReactNode {
  const facts: Fact[] = [
    ...why.live_at.map((live) => ({
      name: 'Serves',
      value: (
        <>
          <NodeLink node={`endpoint:${live.endpoint}`} /> since{' '}
          <RelativeTime time={Date.parse(live.since)} />
        </>
      ),
    })),
    ...why.scored.map((scored) => ({
      name: 'Scored',
      value: <NodeLink node={`table:${scored.table}`} />,
    })),
  ].map((fact, index) => ({ ...fact, name: index === 0 ? fact.name : `${fact.name} ${index + 1}` }))
  if (facts.length === 0) return null
  return (
    <Section title="What came of it">
      <Panel>
        <KeyValues facts={facts} />
      </Panel>
    </Section>
  )
}

function ReplaySection({ why }: { readonly why: Why }): ReactNode {
  const [open, setOpen] = useState(false)
  const replay = useReplay()
  const close = () => setOpen(false)
  return (
    <Section title="Train it again">
      <CodeBlock text={why.replay} language="shell" />
      <div
        style={{ marginTop: 8, display: 'flex', gap: 8, alignItems: 'center', flexWrap: 'wrap' }}
      >
        <Button icon="retry" busy={replay.isPending} onClick={() => setOpen(true)}>
          {replay.isPending ? 'Training again' : 'Replay'}
        </Button>
        {replay.data !== undefined && (
          <span role="status">
            {replay.data.identical ? (
              <Badge tone="ok" icon="check">
                identical
              </Badge>
            ) : (
              <Badge tone="warn" icon="warning">
                {replay.data.differences.length} differences
              </Badge>
            )}{' '}
            <CopyId id={replay.data.replay_run_id} shown={replay.data.replay_run_id.slice(0, 12)} />
          </span>
        )}
      </div>
      {replay.data !== undefined && !replay.data.identical && (
        <CodeBlock text={JSON.stringify(replay.data.differences, null, 2)} maxHeight={260} />
      )}
      {replay.isError && <ErrorState error={replay.error} what="replay the version" />}
      <ConfirmDialog
        open={open}
        onClose={close}
        title="Train this version again?"
        confirm="Train again"
        onConfirm={() => {
          replay.mutate(why.node)
          close()
        }}
      >
        <p>
          It is trained from the same table version, code, environment and seed, as a new run, and
          compared with the original. Nothing that is live changes. It takes as long as training
          did.
        </p>
      </ConfirmDialog>
    </Section>
  )
}
