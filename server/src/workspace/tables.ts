import type { Language, NotebookFormat, ObjectType } from './types.ts'

export interface WorkspaceObjectTable {
  path: string
  parent: string
  object_id: number
  type: ObjectType
  language: Language | null
  format: NotebookFormat | null
  size: number
  hash: string
  created_at: number
  modified_at: number
}

export interface WorkspaceDeploymentTable {
  id: string
  name: string
  target: string
  root_path: string
  commit_sha: string | null
  branch: string | null
  dirty_diff: string
  resources: string
  principal: string
  created_at: number
}

declare module '../core/db/tables.ts' {
  interface Tables {
    workspace_object: WorkspaceObjectTable
    workspace_deployment: WorkspaceDeploymentTable
  }
}
