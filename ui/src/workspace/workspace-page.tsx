import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { FilePreview, previewKind } from '../files/file-preview.tsx'
import { Breadcrumbs, type Crumb } from '../kit/breadcrumbs.tsx'
import { buttonClass } from '../kit/button.tsx'
import type { Column } from '../kit/columns.ts'
import { DataTable } from '../kit/data-table.tsx'
import { formatBytes } from '../kit/format.ts'
import { Icon, type IconName } from '../kit/icons.tsx'
import { Page, PageHeader, Panel } from '../kit/page.tsx'
import { EmptyState, Loaded, SkeletonBlock } from '../kit/states.tsx'
import { RelativeTime } from '../kit/time.tsx'
import {
  downloadUrl,
  useFileText,
  useFolder,
  useObject,
  type WorkspaceObject,
} from './use-workspace.ts'
import styles from './workspace-page.module.css'

const route = getRouteApi('/workspace')

function nameOf(path: string): string {
  return path.split('/').at(-1) || 'Workspace'
}

function crumbsOf(path: string): Crumb[] {
  const parts = path.split('/').filter(Boolean)
  const steps = parts.map((label, index) => ({
    label,
    to: `/workspace?path=/${parts
      .slice(0, index + 1)
      .map(encodeURIComponent)
      .join('/')}`,
  }))
  const all: Crumb[] = [{ label: 'Workspace', to: '/workspace' }, ...steps]
  return all.map((crumb, index) => (index === all.length - 1 ? { label: crumb.label } : crumb))
}

/** Notebooks and files. A folder is a list; a file is shown as what it is. */
export function WorkspacePage(): ReactNode {
  const { path = '/' } = route.useSearch()
  const isRoot = path === '/'
  const query = useObject(path)
  return (
    <Page title={nameOf(path)} fill>
      <Breadcrumbs crumbs={crumbsOf(path)} />
      {isRoot ? (
        <Folder path={path} />
      ) : (
        <Loaded query={query} what="open this path">
          {(object) =>
            object.object_type === 'DIRECTORY' || object.object_type === 'REPO' ? (
              <Folder path={path} />
            ) : (
              <FileView object={object} />
            )
          }
        </Loaded>
      )}
    </Page>
  )
}

const icons: Readonly<Record<WorkspaceObject['object_type'], IconName>> = {
  NOTEBOOK: 'environment',
  DIRECTORY: 'folder',
  FILE: 'file',
  REPO: 'folder',
  LIBRARY: 'file',
  DASHBOARD: 'chart',
}

const columns: readonly Column<WorkspaceObject>[] = [
  {
    id: 'name',
    header: 'Name',
    value: (object) => `${object.object_type === 'DIRECTORY' ? '0' : '1'} ${nameOf(object.path)}`,
    cell: (object) => (
      <Link to="/workspace" search={{ path: object.path }} className={styles['entry']}>
        <Icon name={icons[object.object_type]} size={14} />
        <span className="nowrap">{nameOf(object.path)}</span>
      </Link>
    ),
  },
  {
    id: 'kind',
    header: 'Kind',
    width: 120,
    value: (object) => object.object_type.toLowerCase(),
  },
  {
    id: 'size',
    header: 'Size',
    width: 110,
    align: 'end',
    value: (object) => object.size,
    cell: (object) => (object.size === undefined ? '' : formatBytes(object.size)),
  },
  {
    id: 'modified',
    header: 'Changed',
    width: 130,
    value: (object) => object.modified_at,
    cell: (object) => <RelativeTime time={object.modified_at} />,
  },
]

function Folder({ path }: { readonly path: string }): ReactNode {
  const query = useFolder(path)
  const navigate = useNavigate({ from: '/workspace' })
  return (
    <>
      <PageHeader title={nameOf(path)} />
      <Loaded query={query} what="list the folder">
        {(objects) =>
          objects.length === 0 ? (
            <EmptyState
              icon="folder"
              title="This folder is empty"
              command="npx millrace deploy --target dev"
            >
              A deployed bundle puts its files here; an AutoML search puts its notebooks below
              /AutoML.
            </EmptyState>
          ) : (
            <DataTable
              label="Files"
              fill
              rows={objects}
              columns={columns}
              rowId={(object) => object.path}
              sort={[{ id: 'name', descending: false }]}
              onOpen={(object) => void navigate({ search: { path: object.path } })}
            />
          )
        }
      </Loaded>
    </>
  )
}

function FileView({ object }: { readonly object: WorkspaceObject }): ReactNode {
  const kind = object.object_type === 'NOTEBOOK' ? 'notebook' : previewKind(object.path)
  const shown = kind !== 'image' && kind !== 'none'
  const text = useFileText(object, shown)
  return (
    <>
      <PageHeader
        title={nameOf(object.path)}
        facts={[{ name: 'Changed', value: <RelativeTime time={object.modified_at} /> }]}
        actions={
          <a className={buttonClass()} href={downloadUrl(object)} download={nameOf(object.path)}>
            <Icon name="download" /> Download
          </a>
        }
      />
      {!shown && (
        <EmptyState icon="file" title="No preview for this kind of file">
          Download it to open it with a program of your own.
        </EmptyState>
      )}
      {shown && (
        <Loaded query={text} what="read the file" skeleton={<SkeletonBlock height={420} />}>
          {(content) => (
            <Panel>
              <FilePreview kind={kind} text={content} name={object.path} />
            </Panel>
          )}
        </Loaded>
      )}
    </>
  )
}
