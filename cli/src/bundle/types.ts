import type { YamlFile } from '@millrace/server/yaml'

export type ResourceKind = 'jobs' | 'gates' | 'webhooks' | 'monitors'

/** One thing that a deploy makes. */
export interface Resource {
  readonly kind: ResourceKind
  readonly key: string
  /** Variables are filled in; `${resources.…}` is left for the deploy. */
  readonly settings: Readonly<Record<string, unknown>>
  /** An error that points at a place of its settings in the file that they come from. */
  readonly problem: (path: readonly string[], message: string) => Error
}

export interface Bundle {
  /** Absolute path of the folder that holds millrace.yml. */
  readonly folder: string
  readonly name: string
  readonly target: string
  readonly mode: 'development' | 'production' | undefined
  /** Workspace folder that everything of this deployment lives in. */
  readonly rootPath: string
  /** Workspace folder that the bundle's files are uploaded to. */
  readonly filePath: string
  readonly resources: readonly Resource[]
  /** Git-ignore patterns of files that stay here. */
  readonly exclude: readonly string[]
}

/** Settings as they stand in a file, before the target and the variables. */
export interface RawResource {
  readonly kind: ResourceKind
  readonly key: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly file: YamlFile
  /** The folder that relative paths start from. */
  readonly folder: string
  /** Where the settings stand in the file. */
  readonly at: readonly string[]
}

export interface GitState {
  readonly commit: string | undefined
  readonly branch: string | undefined
  /** `git diff HEAD` with new files in it; empty when everything is committed. */
  readonly dirtyDiff: string
}
