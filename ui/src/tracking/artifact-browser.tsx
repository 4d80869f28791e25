import { useState, type ReactNode } from 'react'
import { buttonClass } from '../kit/button.tsx'
import { formatBytes } from '../kit/format.ts'
import { Icon } from '../kit/icons.tsx'
import { EmptyState, ErrorState, Loaded, SkeletonBlock } from '../kit/states.tsx'
import { ArtifactPreview } from './artifact-preview.tsx'
import { artifactUrl, useArtifacts } from './use-artifacts.ts'
import type { ArtifactFile } from './wire.ts'
import styles from './artifact-browser.module.css'

/** A run's artifacts as a tree, with a preview of the chosen file. */
export function ArtifactBrowser({
  runId,
  path,
  onPath,
}: {
  readonly runId: string
  /** The file or folder in sight. */
  readonly path: string
  readonly onPath: (path: string) => void
}): ReactNode {
  const root = useArtifacts(runId, '')
  return (
    <Loaded query={root} what="list the artifacts" skeleton={<SkeletonBlock height={420} />}>
      {(files) =>
        files.length === 0 ? (
          <EmptyState
            icon="file"
            title="No artifacts"
            command={'mlflow.log_artifact("report.html")'}
          >
            Files that the run keeps (models, plots, notebooks, tables) appear here:
          </EmptyState>
        ) : (
          <div className={styles['browser']}>
            <nav className={styles['tree']} aria-label="Artifacts">
              <Entries runId={runId} files={files} depth={0} path={path} onPath={onPath} />
            </nav>
            <div className={styles['preview']}>
              <Preview runId={runId} path={path} />
            </div>
          </div>
        )
      }
    </Loaded>
  )
}

interface EntriesProps {
  readonly runId: string
  readonly files: readonly ArtifactFile[]
  readonly depth: number
  readonly path: string
  readonly onPath: (path: string) => void
}

function sorted(files: readonly ArtifactFile[]): readonly ArtifactFile[] {
  return [...files].sort(
    (left, right) =>
      Number(right.is_dir) - Number(left.is_dir) || left.path.localeCompare(right.path),
  )
}

function Entries(props: EntriesProps): ReactNode {
  return (
    <ul>
      {sorted(props.files).map((file) => (
        <li key={file.path}>
          {file.is_dir ? <Folder {...props} file={file} /> : <FileEntry {...props} file={file} />}
        </li>
      ))}
    </ul>
  )
}

function baseName(path: string): string {
  return path.split('/').at(-1) ?? path
}

function indent(depth: number): { readonly paddingLeft: number } {
  return { paddingLeft: 6 + depth * 16 }
}

function FileEntry({
  file,
  depth,
  path,
  onPath,
}: EntriesProps & { readonly file: ArtifactFile }): ReactNode {
  return (
    <button
      type="button"
      className={styles['entry']}
      style={indent(depth)}
      aria-current={file.path === path}
      onClick={() => onPath(file.path)}
    >
      <Icon name="file" size={14} />
      <span className={styles['entryName']} title={file.path}>
        {baseName(file.path)}
      </span>
      <span className={styles['size']}>{formatBytes(file.file_size)}</span>
    </button>
  )
}

function Folder(props: EntriesProps & { readonly file: ArtifactFile }): ReactNode {
  const { runId, file, depth, path } = props
  const [open, setOpen] = useState(path.startsWith(`${file.path}/`))
  const query = useArtifacts(runId, file.path, open)
  return (
    <>
      <button
        type="button"
        className={styles['entry']}
        style={indent(depth)}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name={open ? 'chevron-down' : 'chevron'} size={14} />
        <span className={styles['entryName']} title={file.path}>
          {baseName(file.path)}
        </span>
      </button>
      {open && query.isPending && <div style={indent(depth + 1)}>Loading…</div>}
      {open && query.isError && <ErrorState error={query.error} what="list the folder" />}
      {open && query.data !== undefined && (
        <Entries {...props} files={query.data} depth={depth + 1} />
      )}
    </>
  )
}

function Preview({ runId, path }: { readonly runId: string; readonly path: string }): ReactNode {
  if (path === '') {
    return (
      <div className={styles['previewBody']}>
        <p className="muted">Choose a file to see it.</p>
      </div>
    )
  }
  return (
    <>
      <div className={styles['previewHead']}>
        <code className="nowrap" style={{ flex: 1 }} title={path}>
          {path}
        </code>
        <a className={buttonClass('quiet', true)} href={artifactUrl(runId, path)} download>
          <Icon name="download" size={14} /> Download
        </a>
      </div>
      <div className={styles['previewBody']}>
        <ArtifactPreview key={path} runId={runId} path={path} />
      </div>
    </>
  )
}
