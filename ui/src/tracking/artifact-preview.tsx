import type { ReactNode } from 'react'
import { FilePreview, previewKind } from '../files/file-preview.tsx'
import { EmptyState, Loaded, SkeletonBlock } from '../kit/states.tsx'
import { artifactUrl, useArtifactText } from './use-artifacts.ts'
import styles from './artifact-browser.module.css'

/** One artifact of a run. */
export function ArtifactPreview({
  runId,
  path,
}: {
  readonly runId: string
  readonly path: string
}): ReactNode {
  const kind = previewKind(path)
  const text = useArtifactText(runId, path, kind !== 'image' && kind !== 'none')
  if (kind === 'image') {
    return <img className={styles['image']} src={artifactUrl(runId, path)} alt={path} />
  }
  if (kind === 'none') {
    return (
      <EmptyState icon="file" title="No preview for this kind of file">
        Download it to open it with a program of your own.
      </EmptyState>
    )
  }
  return (
    <Loaded query={text} what="read the file" skeleton={<SkeletonBlock height={320} />}>
      {(content) => <FilePreview kind={kind} text={content} name={path} />}
    </Loaded>
  )
}
