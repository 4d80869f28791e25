import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Breadcrumbs } from '../kit/breadcrumbs.tsx'
import { Button } from '../kit/button.tsx'
import { CodeBlock, CopyId } from '../kit/code.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { formatBytes } from '../kit/format.ts'
import { Page, PageHeader } from '../kit/page.tsx'
import { EmptyState, Loaded, SkeletonBlock } from '../kit/states.tsx'
import { Status } from '../kit/status.tsx'
import { RelativeTime } from '../kit/time.tsx'
import { useEnvironments, useLock, type PythonEnvironment } from './use-environments.ts'

const route = getRouteApi('/admin/environments')

const columns: readonly Column<PythonEnvironment>[] = [
  {
    id: 'hash',
    header: 'Lock',
    width: 150,
    value: (one) => one.hash,
    cell: (one) => <CopyId id={one.hash} shown={one.hash.slice(0, 12)} />,
  },
  {
    id: 'state',
    header: 'Status',
    width: 110,
    value: (one) => one.state,
    cell: (one) => <Status state={one.state === 'BUILDING' ? 'IN_PROGRESS' : one.state} />,
  },
  { id: 'asked', header: 'Asked for', value: (one) => one.requirements.join(', ') || 'nothing' },
  { id: 'python', header: 'Python', width: 90, value: (one) => one.python_version },
  {
    id: 'packages',
    header: 'Packages',
    width: 96,
    align: 'end',
    value: (one) => one.package_count,
  },
  {
    id: 'size',
    header: 'Size',
    width: 100,
    align: 'end',
    value: (one) => one.size_bytes,
    cell: (one) => formatBytes(one.size_bytes),
  },
  {
    id: 'created',
    header: 'Made',
    width: 120,
    value: (one) => one.created_at,
    cell: (one) => <RelativeTime time={one.created_at} />,
  },
]

/** The Python environments that tasks ran in. */
export function EnvironmentsPage(): ReactNode {
  const { hash } = route.useSearch()
  const navigate = useNavigate({ from: '/admin/environments' })
  const query = useEnvironments()
  const close = () => void navigate({ search: {} })
  return (
    <Page title="Environments" fill>
      <Breadcrumbs crumbs={[{ label: 'Environments' }]} />
      <PageHeader title="Environments" />
      <Loaded query={query} what="load the environments">
        {(environments) =>
          environments.length === 0 ? (
            <EmptyState icon="environment" title="No environments yet">
              A task's requirements are locked to exact versions and built once; tasks that ask for
              the same share it.
            </EmptyState>
          ) : (
            <DataTable
              label="Environments"
              fill
              rows={environments}
              columns={columns}
              rowId={(one) => one.hash}
              onOpen={(one) => void navigate({ search: { hash: one.hash } })}
            />
          )
        }
      </Loaded>
      {hash !== undefined && <LockDialog hash={hash} onClose={close} />}
    </Page>
  )
}

function LockDialog({
  hash,
  onClose,
}: {
  readonly hash: string
  readonly onClose: () => void
}): ReactNode {
  const query = useLock(hash, true)
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Lock ${hash.slice(0, 12)}`}
      actions={<Button onClick={onClose}>Close</Button>}
    >
      <Loaded query={query} what="load the lock" skeleton={<SkeletonBlock height={320} />}>
        {(lock) => <CodeBlock text={lock} maxHeight={460} />}
      </Loaded>
    </Dialog>
  )
}
