import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { CopyId } from '../kit/code.tsx'
import { pluralise } from '../kit/format.ts'
import { KeyValues, Panel, Section, type Fact } from '../kit/page.tsx'
import { datasetFacts, type DatasetColumn } from './dataset-facts.ts'
import { tablePathOf } from './dataset-path.ts'
import type { DatasetInput } from './wire.ts'
import styles from './run-overview.module.css'

/** The datasets that a run read: which, from where, how large, and their columns. */
export function Datasets({ inputs }: { readonly inputs: readonly DatasetInput[] }): ReactNode {
  if (inputs.length === 0) return null
  return (
    <Section title="Data it read" note={inputs.length > 1 ? String(inputs.length) : undefined}>
      <div className={styles['stack']}>
        {inputs.map((input, index) => (
          <Panel key={index}>
            <Dataset input={input} />
          </Panel>
        ))}
      </div>
    </Section>
  )
}

function Dataset({ input }: { readonly input: DatasetInput }): ReactNode {
  const { dataset, tags } = input
  const { columns, profile, source } = datasetFacts(input)
  const context = tags?.find((tag) => tag.key === 'mlflow.data.context')?.value
  const facts: (Fact | undefined)[] = [
    { name: 'Dataset', value: <DatasetName name={dataset.name} /> },
    context === undefined ? undefined : { name: 'Used for', value: context },
    { name: 'Digest', value: <CopyId id={dataset.digest} /> },
    source === undefined ? undefined : { name: 'Source', value: <CopyId id={source} /> },
    ...profile.map(({ name, value }) => ({ name, value })),
  ]
  return (
    <>
      <KeyValues facts={facts.filter((fact) => fact !== undefined)} />
      {columns.length > 0 && (
        <details>
          <summary>{pluralise(columns.length, 'column')}</summary>
          <Columns columns={columns} />
        </details>
      )}
    </>
  )
}

/** A dataset that is one of our tables links to the version that was read. */
function DatasetName({ name }: { readonly name: string }): ReactNode {
  const to = tablePathOf(name)
  return to === undefined ? name : <Link to={to}>{name}</Link>
}

function Columns({ columns }: { readonly columns: readonly DatasetColumn[] }): ReactNode {
  return (
    <ul className={styles['schema']} aria-label="Columns" tabIndex={0}>
      {columns.map(({ name, type, required }) => (
        <li key={name}>
          <span title={name}>{name}</span>
          <code>{type}</code>
          {!required && <span className="muted">may be missing</span>}
        </li>
      ))}
    </ul>
  )
}
