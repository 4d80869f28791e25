import type { Readable } from 'node:stream'

/** One file of the artifact store. */
export interface ArtifactFile {
  readonly size: number
  readonly modifiedAt: Date
  /** The bytes from `start` to `end`, both included; all of them without a range. */
  readonly open: (range?: { readonly start: number; readonly end: number }) => Readable
}

export interface ArtifactEntry {
  /** The last part of the path. */
  readonly name: string
  readonly isFolder: boolean
  readonly size: number
}

/**
 * Where artifacts are kept. Paths are checked (`parseArtifactPath`): relative, `/` between parts, no
 * `..`. Contents are streamed; memory does not grow with a file's size.
 */
export interface ArtifactStore {
  readonly find: (path: string) => Promise<ArtifactFile | 'folder' | undefined>
  /** Resolves once the file is durable; a failed or cut-off write leaves what was there before. */
  readonly write: (path: string, content: Readable) => Promise<void>
  /** Entries of a folder by name; nothing for a file or a missing folder. */
  readonly list: (path: string) => Promise<readonly ArtifactEntry[]>
  /** Deletes a file, or a folder with all in it; a missing one is fine. */
  readonly remove: (path: string) => Promise<void>
}
