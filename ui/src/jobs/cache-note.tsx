import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Badge } from '../kit/status.tsx'
import type { CacheDecision } from './wire.ts'
import styles from './job-run-page.module.css'

/** Why an earlier result stood for the task, or what had changed so that it ran. */
export function CacheNote({ decision }: { readonly decision: CacheDecision }): ReactNode {
  const { hit, reason, run_id: runId, differences } = decision
  return (
    <div className={styles['cache']}>
      <p>
        <Badge tone={hit ? 'ok' : 'run'} icon={hit ? 'history' : 'run'}>
          {hit ? 'from the cache' : 'ran'}
        </Badge>{' '}
        {reason}{' '}
        {runId !== undefined && (
          <Link to="/jobs/runs/$runId" params={{ runId: String(runId) }}>
            {hit ? 'See the run that made it' : 'See the run it was compared with'}
          </Link>
        )}
      </p>
      {differences.length > 0 && (
        <ul>
          {differences.map(({ part, name, before, after }) => (
            <li key={`${part} ${name}`}>
              {part} <code>{name}</code>: <code>{before ?? 'nothing'}</code> →{' '}
              <code>{after ?? 'nothing'}</code>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
