/**
 * The SQL process: DuckDB, away from the server.
 *
 * It does what it is told (`messages.ts`), one connection per session, and ends when the server does.
 * Every instance is locked down when it is opened: external access off but for the folders it is
 * given, extensions off, configuration locked, times in UTC.
 */
import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import {
  DuckDBInstance,
  type DuckDBConnection,
  type DuckDBResult,
  type DuckDBValue,
} from '@duckdb/node-api'
import { quoteText } from '../delta/schema.ts'
import { fromAnswerType } from './describe.ts'
import type { Answer, Column, Command, OpenFolders, Request, ValueFormat } from './messages.ts'
import { formatValue, toPlain } from './values.ts'

const threads = 2
const memoryLimit = '256MB'
const spillLimit = '20GB'

interface SessionState {
  readonly connection: DuckDBConnection
  stream?: { readonly result: DuckDBResult; readonly convert: ConvertRow } | undefined
}

type ConvertRow = (row: readonly DuckDBValue[]) => unknown[]

const engines = new Map<number, Promise<DuckDBInstance>>()
const sessions = new Map<number, SessionState>()

// Not exit(): that would wait for the statement that runs.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.on('message', (request: Request) => void answer(request))

async function answer(request: Request): Promise<void> {
  const { id } = request
  try {
    reply({ id, value: await carryOut(request) })
  } catch (error) {
    reply({ id, error: error instanceof Error ? error.message : String(error) })
  }
}

function reply(message: Answer): void {
  process.send?.(message)
}

async function carryOut(command: Command): Promise<unknown> {
  if ('sql' in command || command.op === 'next') return work(sessionOf(command), command)
  switch (command.op) {
    case 'open':
      engines.set(command.engine, openInstance(command.folders))
      await engines.get(command.engine)
      return undefined
    case 'close':
      ;(await engines.get(command.engine))?.closeSync()
      engines.delete(command.engine)
      return undefined
    case 'connect':
      return connect(command.engine, command.session)
    case 'disconnect':
      sessions.get(command.session)?.connection.closeSync()
      sessions.delete(command.session)
      return undefined
    case 'interrupt':
      sessions.get(command.session)?.connection.interrupt()
      return undefined
  }
}

async function connect(engine: number, session: number): Promise<void> {
  const instance = await engines.get(engine)
  if (!instance) throw new Error('The SQL engine is not open')
  sessions.set(session, { connection: await instance.connect() })
}

type Work = Extract<Command, { op: 'run' | 'rows' | 'stream' | 'next' }>

async function work(session: SessionState, command: Work): Promise<unknown> {
  switch (command.op) {
    case 'run':
      await session.connection.run(command.sql)
      return undefined
    case 'rows':
      return readAll(await session.connection.run(command.sql))
    case 'stream':
      return openStream(session, command)
    case 'next':
      return readNext(session)
  }
}

function sessionOf(command: { readonly session: number }): SessionState {
  const session = sessions.get(command.session)
  if (!session) throw new Error('The SQL session is closed')
  return session
}

async function openInstance(folders: OpenFolders): Promise<DuckDBInstance> {
  await mkdir(folders.scratch, { recursive: true })
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: memoryLimit,
    temp_directory: join(folders.scratch, 'spill'),
    max_temp_directory_size: spillLimit,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  const allowed: string[] = []
  for (const folder of folders.allowed) {
    const real = await realpath(folder).catch(() => folder)
    allowed.push(...new Set([quoteText(`${folder}/`), quoteText(`${real}/`)]))
  }
  await connection.run(`set global TimeZone = 'UTC';
    set global allowed_directories = [${allowed.join(', ')}];
    set global enable_external_access = false;
    set global lock_configuration = true`)
  connection.closeSync()
  return instance
}

async function readAll(result: DuckDBResult): Promise<unknown[][]> {
  const convert = converter(columnsOf(result), 'plain')
  const rows = await result.getRows()
  return rows.map(convert)
}

async function openStream(
  session: SessionState,
  command: { readonly sql: string; readonly format: ValueFormat },
): Promise<Column[]> {
  const result = await session.connection.stream(command.sql)
  const columns = columnsOf(result)
  session.stream = { result, convert: converter(columns, command.format) }
  return columns
}

async function readNext(session: SessionState): Promise<unknown[][] | undefined> {
  const { stream } = session
  const chunk = await stream?.result.fetchChunk()
  if (!stream || !chunk || chunk.rowCount === 0) return undefined
  return chunk.getRows().map(stream.convert)
}

function columnsOf(result: DuckDBResult): Column[] {
  const types = result.columnTypes()
  return result.columnNames().map((name, i) => ({ name, type: fromAnswerType(String(types[i])) }))
}

function converter(columns: readonly Column[], format: ValueFormat): ConvertRow {
  const convert = format === 'text' ? formatValue : toPlain
  return (row) => row.map((value, i) => convert(value, columns[i]?.type ?? 'string'))
}
