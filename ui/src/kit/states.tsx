import type { ReactNode } from 'react'
import { ApiError } from '../api/http.ts'
import { Button } from './button.tsx'
import { classNames } from './class-names.ts'
import { CodeBlock, CopyId } from './code.tsx'
import { Icon, type IconName } from './icons.tsx'
import styles from './states.module.css'

/** Says what this place is for, and gives the one command or button that fills it. */
export function EmptyState({
  icon = 'info',
  title,
  children,
  command,
  action,
}: {
  readonly icon?: IconName
  readonly title: string
  readonly children?: ReactNode
  readonly command?: string
  readonly action?: ReactNode
}): ReactNode {
  return (
    <div className={styles['state']}>
      <div className={styles['title']}>
        <Icon name={icon} />
        {title}
      </div>
      {children !== undefined && <div>{children}</div>}
      {command !== undefined && <CodeBlock text={command} language="shell" />}
      {action !== undefined && <div className={styles['actions']}>{action}</div>}
    </div>
  )
}

/** What failed, what to do, and the id under which the server's log knows it. */
export function ErrorState({
  error,
  what,
  onRetry,
}: {
  readonly error: unknown
  /** What was being done: "load the runs". */
  readonly what: string
  readonly onRetry?: () => void
}): ReactNode {
  const api = error instanceof ApiError ? error : undefined
  const status = api?.status ?? 0
  const denied = status === 403 || status === 401
  const missing = status === 404
  return (
    <div className={classNames(styles['state'], !missing && styles['error'])} role="alert">
      <div className={styles['title']}>
        <Icon name={denied ? 'key' : 'warning'} />
        {denied ? `You may not ${what}` : `Could not ${what}`}
      </div>
      <div>{error instanceof Error ? error.message : String(error)}</div>
      {api !== undefined && <ErrorFacts error={api} />}
      {onRetry !== undefined && !missing && (
        <div className={styles['actions']}>
          <Button icon="retry" onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  )
}

function ErrorFacts({ error }: { readonly error: ApiError }): ReactNode {
  return (
    <div className={styles['facts']}>
      <span>
        {error.status === 0 ? 'No answer' : `HTTP ${error.status}`} · {error.code}
      </span>
      {error.requestId !== undefined && (
        <span>
          Request <CopyId id={error.requestId} />
        </span>
      )}
    </div>
  )
}

const lineWidths = [38, 62, 47, 71, 55, 33, 66, 44] as const

/** Grey rows of the height of real ones, so that nothing jumps when they come. */
export function SkeletonRows({ count = 8 }: { readonly count?: number }): ReactNode {
  return (
    <div className={styles['rows']} role="status" aria-label="Loading">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className={styles['row']}>
          <div
            className={styles['line']}
            style={{ width: `${lineWidths[index % lineWidths.length] ?? 50}%` }}
          />
        </div>
      ))}
    </div>
  )
}

export function SkeletonBlock({ height = 120 }: { readonly height?: number }): ReactNode {
  return <div className={styles['block']} style={{ height }} role="status" aria-label="Loading" />
}

interface QueryLike<Data> {
  readonly data: Data | undefined
  readonly error: unknown
  readonly refetch: () => unknown
}

/** Shows a skeleton, an error or the data of a query; old data stays while new data comes. */
export function Loaded<Data>({
  query,
  what,
  skeleton = <SkeletonRows />,
  children,
}: {
  readonly query: QueryLike<Data>
  readonly what: string
  readonly skeleton?: ReactNode
  readonly children: (data: Data) => ReactNode
}): ReactNode {
  if (query.data !== undefined) return children(query.data)
  if (query.error) {
    return <ErrorState error={query.error} what={what} onRetry={() => void query.refetch()} />
  }
  return skeleton
}
