import type { Readable } from 'node:stream'

/** One file of the artifact store. */
export interface ArtifactFile {
  readonly size: number
  readonly modifiedAt: Date
  /** Changes with the content; unquoted. */
  readonly etag: string
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
  /** What clients can do without this server between; nothing where files are on its own disk. */
  readonly direct: DirectTransfers | undefined
}

/** Uploads in parts and downloads that go from the client to the store by presigned URLs. */
export interface DirectTransfers {
  /** A URL that answers GET, with ranges, for so many seconds. */
  readonly presignRead: (path: string, seconds: number) => Promise<string>
  readonly createUpload: (path: string) => Promise<DirectUpload>
  /** A URL that takes one part by PUT and answers with its ETag. Parts count from 1. */
  readonly presignPart: (upload: DirectUpload, part: PresignedPart) => Promise<string>
  /** Makes the file of its parts; it is not there before. */
  readonly completeUpload: (upload: DirectUpload, parts: readonly UploadedPart[]) => Promise<void>
  /** Drops what was sent. */
  readonly abortUpload: (upload: DirectUpload) => Promise<void>
}

export interface DirectUpload {
  readonly path: string
  readonly uploadId: string
}

export interface PresignedPart {
  readonly number: number
  readonly seconds: number
}

export interface UploadedPart {
  readonly number: number
  readonly etag: string
}
