import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { once } from 'node:events'
import type { Ctx } from '../core/index.ts'
import { quoteName, quoteText, toDuckType, toTypeText } from './delta/schema.ts'
import type { Session } from './duck/engine.ts'
import { moveFile, queryToParquet, type QueryInput, type QueryRowsAnswer } from './query-service.ts'
import { importFile } from './row-writer.ts'
import { roomOf } from './room.ts'
import { parseTypeText } from './sql/type-text.ts'
import type { TableSource } from './types.ts'

export interface QueryParquetInput {
  /** The name that the SQL uses for each file of this machine. */
  readonly files: Readonly<Record<string, string>>
  readonly sql: string
}

/** The rows of a SELECT over Parquet files. For SQL of ours: it is not checked for what it names. */
export async function queryParquet(
  ctx: Ctx,
  input: QueryParquetInput,
): Promise<Omit<QueryRowsAnswer, 'sources'>> {
  const scratch: string[] = []
  try {
    for (const path of Object.values(input.files)) {
      scratch.push(await importFile(ctx, path, 'parquet'))
    }
    return await roomOf(ctx).engine.session(async (session) => {
      for (const [i, name] of Object.keys(input.files).entries()) {
        const file = quoteText(scratch[i] ?? '')
        await session.run(
          `create temp view ${quoteName(name)} as select * from read_parquet(${file})`,
        )
      }
      const { columns, next } = await session.stream(input.sql, 'plain')
      const rows: unknown[][] = []
      for (let batch = await next(); batch; batch = await next()) {
        for (const row of batch) rows.push([...row])
      }
      const named = columns.map(({ name, type }) => ({ name, type: toTypeText(type) }))
      return { columns: named, rows }
    })
  } finally {
    await Promise.all(scratch.map((path) => rm(path, { force: true })))
  }
}

export interface AddedColumn {
  readonly name: string
  /** As Databricks spells it. */
  readonly type: string
}

export interface AddColumnsInput {
  /** Where the Parquet file goes; replaced when it is there. */
  readonly path: string
  /** Columns of the rows that `map` wants, in the order of each row's cells. */
  readonly columns: readonly string[]
  readonly added: readonly AddedColumn[]
  /** Columns of the rows that stay beside the added ones. @default all */
  readonly kept?: readonly string[]
  /** Answers, for each row of a batch, the cells of the added columns. */
  readonly map: (rows: readonly (readonly unknown[])[]) => Promise<readonly (readonly unknown[])[]>
}

export interface MapQueryInput extends QueryInput, AddColumnsInput {}

export interface MapQueryAnswer {
  readonly rows: number
  readonly sources: readonly TableSource[]
}

/**
 * Writes a query's rows, with columns that code computes from them, as one Parquet file. Rows pass
 * through in batches, so memory does not grow with their number.
 */
export async function mapQuery(ctx: Ctx, input: MapQueryInput): Promise<MapQueryAnswer> {
  const source = roomOf(ctx).engine.scratchPath('parquet')
  try {
    const { rows, sources } = await queryToParquet(ctx, { ...input, path: source })
    await addColumns(ctx, { ...input, source, isEmpty: rows === 0 })
    return { rows, sources }
  } finally {
    await rm(source, { force: true })
  }
}

/** The same for the rows of a Parquet file of this machine; answers how many there were. */
export async function mapParquet(
  ctx: Ctx,
  input: AddColumnsInput & { readonly parquet: string },
): Promise<number> {
  const source = await importFile(ctx, input.parquet, 'parquet')
  try {
    const { rows } = await queryParquet(ctx, {
      files: { source: input.parquet },
      sql: 'select count(*) from source',
    })
    const count = Number(rows[0]?.[0] ?? 0)
    await addColumns(ctx, { ...input, source, isEmpty: count === 0 })
    return count
  } finally {
    await rm(source, { force: true })
  }
}

interface Adding extends AddColumnsInput {
  /** A Parquet file that SQL may read. */
  readonly source: string
  readonly isEmpty: boolean
}

async function addColumns(ctx: Ctx, input: Adding): Promise<void> {
  const { engine } = roomOf(ctx)
  const computed = engine.scratchPath('json')
  const made = engine.scratchPath('parquet')
  try {
    await engine.session(async (session) => {
      await writeAdded(session, { ...input, computed })
      const types = input.added.map(
        ({ name, type }) =>
          `${quoteText(name)}: ${quoteText(toDuckType(parseTypeText(type), name))}`,
      )
      const added = input.isEmpty
        ? `(select ${input.added.map(emptyColumn).join(', ')} limit 0)`
        : `read_json(${quoteText(computed)}, format = 'newline_delimited', columns = {${types.join(', ')}})`
      const shown = input.kept
        ? [...input.kept, ...input.added.map((column) => column.name)].map(quoteName).join(', ')
        : '*'
      await session.run(`copy (select ${shown} from read_parquet(${quoteText(input.source)}) positional join ${added})
        to ${quoteText(made)} (format parquet)`)
    })
    await moveFile(made, input.path)
  } finally {
    await Promise.all([computed, made].map((path) => rm(path, { force: true })))
  }
}

function emptyColumn({ name, type }: AddedColumn): string {
  return `null::${toDuckType(parseTypeText(type), name)} as ${quoteName(name)}`
}

interface Writing extends Adding {
  /** The file that gets one JSON object per row. */
  readonly computed: string
}

async function writeAdded(session: Session, input: Writing): Promise<void> {
  const wanted = input.columns.map(quoteName).join(', ')
  const { next } = await session.stream(
    `select ${wanted} from read_parquet(${quoteText(input.source)})`,
    'plain',
  )
  const file = createWriteStream(input.computed)
  const names = input.added.map((column) => column.name)
  const ended = once(file, 'close')
  try {
    for (let batch = await next(); batch; batch = await next()) {
      const cells = await input.map(batch)
      const lines = cells.map((row) =>
        JSON.stringify(Object.fromEntries(names.map((n, i) => [n, row[i]]))),
      )
      if (!file.write(`${lines.join('\n')}\n`)) await once(file, 'drain')
    }
  } finally {
    file.end()
    await ended
  }
}
