import type { StructField } from '../delta/schema.ts'
import type { TableName } from '../table-name.ts'

/** What a statement asks for. Queries and expressions are kept as text. */
export type Statement =
  | { readonly kind: 'query'; readonly sql: string }
  | CreateSchema
  | DropSchema
  | CreateTable
  | DropTable
  | Insert
  | Delete
  | Update
  | Merge
  | AlterTable
  | Maintenance
  | Describe
  | Show

export interface CreateSchema {
  readonly kind: 'create schema'
  readonly schema: string
  readonly ifNotExists: boolean
  readonly comment: string | undefined
}

export interface DropSchema {
  readonly kind: 'drop schema'
  readonly schema: string
  readonly ifExists: boolean
  readonly cascade: boolean
}

export interface CreateTable {
  readonly kind: 'create table'
  readonly table: TableName
  readonly ifNotExists: boolean
  readonly orReplace: boolean
  readonly columns: readonly StructField[] | undefined
  readonly partitionedBy: readonly string[]
  readonly location: string | undefined
  readonly properties: Readonly<Record<string, string>>
  readonly comment: string | undefined
  readonly query: string | undefined
}

export interface DropTable {
  readonly kind: 'drop table'
  readonly table: TableName
  readonly ifExists: boolean
}

export interface Insert {
  readonly kind: 'insert'
  readonly table: TableName
  readonly overwrite: boolean
  /** The columns that the query answers; undefined for all, in order. */
  readonly columns: readonly string[] | undefined
  /** Columns are matched by name instead of by place. */
  readonly byName: boolean
  readonly query: string
}

export interface Delete {
  readonly kind: 'delete'
  readonly table: TableName
  readonly alias: string
  readonly where: string | undefined
}

export interface Assignment {
  readonly column: string
  readonly value: string
}

export interface Update {
  readonly kind: 'update'
  readonly table: TableName
  readonly alias: string
  readonly set: readonly Assignment[]
  readonly where: string | undefined
}

export type MergeClause =
  | {
      readonly when: 'matched' | 'not matched by source'
      readonly condition: string | undefined
      readonly action: 'delete'
    }
  | {
      readonly when: 'matched' | 'not matched by source'
      readonly condition: string | undefined
      readonly action: 'update'
      /** `all` sets every column from the source's of the same name. */
      readonly set: readonly Assignment[] | 'all'
    }
  | {
      readonly when: 'not matched'
      readonly condition: string | undefined
      readonly action: 'insert'
      readonly set: readonly Assignment[] | 'all'
    }

export interface Merge {
  readonly kind: 'merge'
  readonly table: TableName
  readonly alias: string
  /** A table name or a query in brackets. */
  readonly source: string
  readonly sourceAlias: string
  readonly on: string
  readonly clauses: readonly MergeClause[]
}

export type AlterTable =
  | {
      readonly kind: 'add columns'
      readonly table: TableName
      readonly columns: readonly StructField[]
    }
  | {
      readonly kind: 'add constraint'
      readonly table: TableName
      readonly name: string
      readonly check: string
    }
  | {
      readonly kind: 'drop constraint'
      readonly table: TableName
      readonly name: string
      readonly ifExists: boolean
    }
  | {
      readonly kind: 'set properties'
      readonly table: TableName
      readonly set: Readonly<Record<string, string>>
      readonly unset: readonly string[]
    }

export type Maintenance =
  | { readonly kind: 'optimize'; readonly table: TableName }
  | {
      readonly kind: 'vacuum'
      readonly table: TableName
      readonly retainHours: number | undefined
      readonly dryRun: boolean
    }
  | {
      readonly kind: 'restore'
      readonly table: TableName
      readonly to: { readonly version: number } | { readonly timestamp: string }
    }

export type Describe =
  | { readonly kind: 'describe table'; readonly table: TableName }
  | { readonly kind: 'describe detail'; readonly table: TableName }
  | {
      readonly kind: 'describe history'
      readonly table: TableName
      readonly limit: number | undefined
    }

export type Show =
  | { readonly kind: 'show catalogs' }
  | { readonly kind: 'show schemas'; readonly like: string | undefined }
  | {
      readonly kind: 'show tables'
      readonly schema: string | undefined
      readonly like: string | undefined
    }
  | { readonly kind: 'show properties'; readonly table: TableName }
