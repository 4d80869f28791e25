export const ObjectType = {
  Directory: 'DIRECTORY',
  File: 'FILE',
  Notebook: 'NOTEBOOK',
} as const
export type ObjectType = (typeof ObjectType)[keyof typeof ObjectType]

export const Language = { Python: 'PYTHON', Sql: 'SQL', Scala: 'SCALA', R: 'R' } as const
export type Language = (typeof Language)[keyof typeof Language]

/** How a notebook's content is written: as one source file, or as an `.ipynb`. */
export type NotebookFormat = 'SOURCE' | 'JUPYTER'

export interface WorkspaceObject {
  readonly path: string
  readonly type: ObjectType
  readonly objectId: number
  /** Of notebooks only. */
  readonly language: Language | undefined
  /** Of notebooks only. */
  readonly format: NotebookFormat | undefined
  /** Bytes; 0 for folders. */
  readonly size: number
  /** Hex SHA-256 of the content; empty for folders. */
  readonly hash: string
  readonly createdAt: Date
  readonly modifiedAt: Date
}

/** One `millrace deploy` of a bundle. */
export interface Deployment {
  readonly id: string
  readonly name: string
  readonly target: string
  readonly rootPath: string
  /** Git commit that was checked out; absent outside a repository. */
  readonly commit: string | undefined
  readonly branch: string | undefined
  /** What was not committed, as `git diff HEAD` prints it; empty when clean. */
  readonly dirtyDiff: string
  /** What the bundle made: `jobs.churn-pipeline` → `{ id: 12 }`. */
  readonly resources: Readonly<Record<string, unknown>>
  readonly principal: string
  readonly createdAt: Date
}
