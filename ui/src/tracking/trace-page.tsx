import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useMemo, type ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { CodeBlock, CopyId } from '../kit/code.tsx'
import { formatDuration } from '../kit/format.ts'
import { KeyValues, Page, PageHeader, Panel, Section } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Status } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { plainValue, showValue, waterfall, type SpanLine } from './spans.ts'
import { Assessments } from './assessments.tsx'
import { useExperiment } from './use-experiments.ts'
import { traceDuration, traceName, traceTime, useTrace, type Trace } from './use-traces.ts'
import { Waterfall } from './waterfall.tsx'
import styles from './trace-page.module.css'

const route = getRouteApi('/experiments/$experimentId/traces/$traceId')

export function TracePage(): ReactNode {
  const { experimentId, traceId } = route.useParams()
  const query = useTrace(traceId)
  const experiment = useExperiment(experimentId)
  const name = query.data === undefined ? traceId : traceName(query.data.trace_info)
  return (
    <Page title={name}>
      <Breadcrumbs
        crumbs={[
          { label: 'Experiments', to: '/experiments' },
          {
            label: experiment.data?.name ?? experimentId,
            to: `/experiments/${experimentId}?tab=traces`,
          },
          { label: name },
        ]}
      />
      <Loaded query={query} what="load the trace">
        {(trace) => (
          <>
            <TraceHead trace={trace} />
            <TraceBody trace={trace} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function TraceHead({ trace }: { readonly trace: Trace }): ReactNode {
  const info = trace.trace_info
  return (
    <PageHeader
      title={traceName(info)}
      badges={<Status state={info.state} />}
      facts={[
        { name: 'Started', value: <RelativeTime time={traceTime(info)} /> },
        { name: 'Took', value: formatDuration(traceDuration(info)) },
        { name: 'Trace', value: <CopyId id={info.trace_id} /> },
      ]}
    />
  )
}

function TraceBody({ trace }: { readonly trace: Trace }): ReactNode {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/experiments/$experimentId/traces/$traceId' })
  const lines = useMemo(() => waterfall(trace.spans ?? []), [trace.spans])
  const chosen = lines.find((line) => line.span.span_id === search.span) ?? firstTelling(lines)
  return (
    <>
      {chosen === undefined ? (
        <EmptyState icon="chart" title="No spans have come yet">
          What is known of the trace is above; its spans come when the application sends them.
        </EmptyState>
      ) : (
        <>
          <Section title="Spans" note={String(lines.length)}>
            <Waterfall
              lines={lines}
              selected={chosen.span.span_id}
              onSelect={(span) => void navigate({ search: { span }, replace: true })}
            />
          </Section>
          <SpanPanel line={chosen} />
        </>
      )}
      <Assessments trace={trace} />
    </>
  )
}

/** The innermost span that failed, for that is where it went wrong; else the first. */
function firstTelling(lines: readonly SpanLine[]): SpanLine | undefined {
  const failed = lines.filter((line) => line.failed)
  return failed.toSorted((left, right) => right.depth - left.depth)[0] ?? lines[0]
}

const inputsKey = 'mlflow.spanInputs'
const outputsKey = 'mlflow.spanOutputs'

function SpanPanel({ line }: { readonly line: SpanLine }): ReactNode {
  const { span } = line
  const attributes = span.attributes ?? []
  const valueOf = (key: string) => attributes.find((one) => one.key === key)?.value
  const rest = attributes.filter((one) => one.key !== inputsKey && one.key !== outputsKey)
  const inputs = valueOf(inputsKey)
  const outputs = valueOf(outputsKey)
  return (
    <Section title={span.name} note={formatDuration(line.endMs - line.startMs)}>
      <div className={styles['stack']}>
        {line.failed && (
          <p className={styles['failed']} role="alert">
            {span.status?.message || 'It failed and did not say why.'}
          </p>
        )}
        <div className={styles['sides']}>
          {inputs !== undefined && <Value title="Inputs" value={inputs} />}
          {outputs !== undefined && <Value title="Outputs" value={outputs} />}
        </div>
        {rest.length > 0 && (
          <Panel>
            <KeyValues
              facts={rest.map((one) => ({
                name: one.key,
                value: <code className={styles['value']}>{String(shortValue(one.value))}</code>,
              }))}
            />
          </Panel>
        )}
        {(span.events ?? []).map((event, index) => (
          <Value
            key={index}
            title={event.name}
            value={Object.fromEntries(
              (event.attributes ?? []).map((one) => [one.key, plainValue(one.value)]),
            )}
          />
        ))}
      </div>
    </Section>
  )
}

function shortValue(value: unknown): string {
  const plain = plainValue(value)
  return typeof plain === 'string' ? plain : JSON.stringify(plain)
}

function Value({ title, value }: { readonly title: string; readonly value: unknown }): ReactNode {
  return (
    <div className={styles['side']}>
      <h3>{title}</h3>
      <CodeBlock text={showValue(value)} language={title} maxHeight={320} />
    </div>
  )
}
