import type { Ctx } from '../core/index.ts'
import {
  runAlterTable,
  runCreateSchema,
  runCreateTable,
  runDropSchema,
  runDropTable,
} from './ddl-service.ts'
import { changeRows, mergeInto, type ChangedRows, type StatementContext } from './dml-service.ts'
import type { AnswerColumn } from './statement-record.ts'
import { runOptimize, runRestore, runVacuum } from './maintenance-service.ts'
import { runQuery, type QueryInput } from './query-service.ts'
import { runDescribe, runShow, type TextAnswer } from './show-service.ts'
import { parseStatement } from './sql/parse.ts'
import type {
  AlterTable,
  CreateSchema,
  CreateTable,
  Delete,
  Describe,
  DropSchema,
  DropTable,
  Insert,
  Maintenance,
  Merge,
  Show,
  Statement,
  Update,
} from './sql/statement.ts'
import { defaultSchema } from './table-name.ts'
import { writeTable } from './write-service.ts'
import { openForCaller } from './staged-reads.ts'
import { WriteMode } from './types.ts'

/** Takes an answer bit by bit, in order. */
export interface RowSink {
  readonly start: (columns: readonly AnswerColumn[]) => void
  /** Answers false when no more rows are wanted. */
  readonly push: (row: readonly (string | null)[]) => boolean
}

export interface RunOptions extends StatementContext {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

/** Runs one statement of Databricks SQL; its rows go to `sink` as texts. */
export async function runStatement(
  ctx: Ctx,
  input: { readonly sql: string; readonly sink: RowSink },
  options: RunOptions = {},
): Promise<void> {
  const statement = parseStatement(input.sql, { schema: options.schema ?? defaultSchema })
  if (statement.kind === 'query') {
    await streamQuery(ctx, { ...options, sql: statement.sql }, input.sink)
    return
  }
  const answer = await runOther(ctx, statement, options)
  input.sink.start(answer.columns)
  for (const row of answer.rows) if (!input.sink.push(row)) return
}

async function streamQuery(ctx: Ctx, query: QueryInput & RunOptions, sink: RowSink): Promise<void> {
  await runQuery(ctx, { ...query, format: 'text' }, async ({ columns, nextRows }) => {
    sink.start(columns)
    for (let rows = await nextRows(); rows; rows = await nextRows()) {
      for (const row of rows) if (!sink.push(row as (string | null)[])) return
    }
  })
}

type Other = Exclude<Statement, { kind: 'query' }>

const nothing: TextAnswer = { columns: [], rows: [] }

async function runOther(
  ctx: Ctx,
  statement: Other,
  context: StatementContext,
): Promise<TextAnswer> {
  if (isShow(statement)) return runShow(ctx, statement)
  if (isDescribe(statement)) return runDescribe(ctx, statement)
  if (isMaintenance(statement)) return runMaintenance(ctx, statement)
  if (isAlter(statement)) {
    await runAlterTable(ctx, statement)
    return nothing
  }
  return isChange(statement)
    ? runChange(ctx, statement, context)
    : runDefinition(ctx, statement, context)
}

type Change = Insert | Delete | Update | Merge

function isChange(statement: Other): statement is Change {
  return ['insert', 'delete', 'update', 'merge'].includes(statement.kind)
}

async function runChange(
  ctx: Ctx,
  statement: Change,
  context: StatementContext,
): Promise<TextAnswer> {
  switch (statement.kind) {
    case 'insert':
      return insert(ctx, statement, context)
    case 'delete':
    case 'update':
      return counted({ affected: affectedBy(await changeRows(ctx, statement, context)) })
    case 'merge':
      return mergeAnswer(await mergeInto(ctx, statement, context))
  }
}

async function runDefinition(
  ctx: Ctx,
  statement: CreateSchema | DropSchema | DropTable | CreateTable,
  context: StatementContext,
): Promise<TextAnswer> {
  switch (statement.kind) {
    case 'create schema':
      await runCreateSchema(ctx, statement)
      return nothing
    case 'drop schema':
      await runDropSchema(ctx, statement)
      return nothing
    case 'drop table':
      await runDropTable(ctx, statement)
      return nothing
    case 'create table': {
      const rows = await runCreateTable(ctx, statement, context)
      return rows === undefined ? nothing : counted({ affected: rows, inserted: rows })
    }
  }
}

function isAlter(statement: Other): statement is AlterTable {
  const kinds = ['add columns', 'add constraint', 'drop constraint', 'set properties']
  return kinds.includes(statement.kind)
}

function isShow(statement: Other): statement is Show {
  return statement.kind.startsWith('show ')
}

function isDescribe(statement: Other): statement is Describe {
  return statement.kind.startsWith('describe ')
}

function isMaintenance(statement: Other): statement is Maintenance {
  return ['optimize', 'vacuum', 'restore'].includes(statement.kind)
}

async function insert(ctx: Ctx, statement: Insert, context: StatementContext): Promise<TextAnswer> {
  const { table, overwrite, query } = statement
  const { snapshot } = await openForCaller(ctx, table)
  const names = snapshot.schema.fields.map((field) => field.name)
  const columns = statement.byName ? undefined : (statement.columns ?? names)
  const { rows } = await writeTable(ctx, {
    table: table.full,
    mode: overwrite ? WriteMode.Overwrite : WriteMode.Append,
    source: { ...context, sql: query },
    keepSchema: true,
    isLenient: true,
    ...(columns ? { columns } : {}),
  })
  return counted({ affected: rows, inserted: rows })
}

function affectedBy({ updated, deleted, inserted }: ChangedRows): number {
  return updated + deleted + inserted
}

function mergeAnswer(changed: ChangedRows): TextAnswer {
  return numbers({
    num_affected_rows: affectedBy(changed),
    num_updated_rows: changed.updated,
    num_deleted_rows: changed.deleted,
    num_inserted_rows: changed.inserted,
  })
}

function counted(rows: { readonly affected: number; readonly inserted?: number }): TextAnswer {
  return numbers({
    num_affected_rows: rows.affected,
    ...(rows.inserted === undefined ? {} : { num_inserted_rows: rows.inserted }),
  })
}

function numbers(values: Readonly<Record<string, number>>): TextAnswer {
  return {
    columns: Object.keys(values).map((name) => ({ name, type: 'long' })),
    rows: [Object.values(values).map(String)],
  }
}

async function runMaintenance(ctx: Ctx, statement: Maintenance): Promise<TextAnswer> {
  switch (statement.kind) {
    case 'optimize': {
      const { added, removed } = await runOptimize(ctx, statement)
      return numbers({ num_files_added: added, num_files_removed: removed })
    }
    case 'restore': {
      const { added, removed } = await runRestore(ctx, statement)
      return numbers({ num_restored_files: added, num_removed_files: removed })
    }
    case 'vacuum': {
      const paths = await runVacuum(ctx, statement)
      return { columns: [{ name: 'path', type: 'string' }], rows: paths.map((path) => [path]) }
    }
  }
}
