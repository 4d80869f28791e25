import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Section } from '../kit/page.tsx'
import { EmptyState, Loaded } from '../kit/states.tsx'
import { Status } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { CheckTable } from './check-table.tsx'
import { useEvaluations, type CheckKind, type Evaluation } from './use-evaluations.ts'

const sections: readonly { readonly title: string; readonly kinds: readonly CheckKind[] }[] = [
  { title: 'Checks', kinds: ['scoring', 'threshold', 'champion', 'schema'] },
  { title: 'Slices', kinds: ['slice'] },
  { title: 'Documents', kinds: ['document'] },
]

/** What a version had to prove and what was found, newest evaluation. */
export function CheckSections({
  model,
  version,
}: {
  readonly model: string
  readonly version: string
}): ReactNode {
  const query = useEvaluations(model, version)
  return (
    <Loaded query={query} what="load the checks">
      {([newest]) =>
        newest === undefined ? (
          <Section title="Checks">
            <EmptyState
              icon="approval"
              title="Not checked yet"
              command={`npx millrace gate ${model}/${version}`}
            >
              A promotion contract (promotion.yaml) says what a version must prove. Run its checks:
            </EmptyState>
          </Section>
        ) : (
          <Sections evaluation={newest} />
        )
      }
    </Loaded>
  )
}

function Sections({ evaluation }: { readonly evaluation: Evaluation }): ReactNode {
  const { table, version } = evaluation.dataset
  return sections.map(({ title, kinds }, index) => {
    const checks = evaluation.checks.filter((check) => kinds.includes(check.kind))
    if (checks.length === 0) return null
    const failed = checks.filter((check) => !check.passed).length
    return (
      <Section
        key={title}
        title={title}
        note={
          index === 0 && (
            <>
              on{' '}
              <Link
                to="/tables/$name"
                params={{ name: table }}
                search={version === null ? {} : { version: String(version) }}
              >
                {table}
                {version === null ? '' : `@${version}`}
              </Link>{' '}
              by {evaluation.principal}, <RelativeTime time={evaluation.created_at} />
            </>
          )
        }
        actions={
          <Status
            state={failed === 0 ? 'PASSED' : 'FAILED'}
            word={
              failed === 0 ? `All ${checks.length} passed` : `${failed} of ${checks.length} failed`
            }
          />
        }
      >
        <CheckTable label={title} checks={checks} />
      </Section>
    )
  })
}
