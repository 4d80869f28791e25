/**
 * CSV files, read strictly: every row has as many fields as the header, every value of a declared
 * column is of its type. Columns without a declared type get the narrowest one that fits all values.
 *
 * Rows are counted as a spreadsheet does: the header is row 1.
 */
import { open, rm } from 'node:fs/promises'
import type { Ctx } from '../core/index.ts'
import type { Checks } from './checks/types.ts'
import {
  quoteName,
  quoteText,
  toDuckType,
  toTypeText,
  type DeltaType,
  type StructType,
} from './delta/schema.ts'
import type { Session } from './duck/engine.ts'
import { tablesErrors } from './errors.ts'
import { roomOf } from './room.ts'
import { importFile } from './row-writer.ts'

export interface CsvOptions {
  /** Types of columns by name. */
  readonly schema?: StructType | undefined
  /** Types that the checks declare, where the schema says nothing. */
  readonly checks?: Checks | undefined
  /** @default the one of `,` `;` tab `|` that the header has most of */
  readonly delimiter?: string | undefined
}

/** The rows of a CSV file, typed and numbered. */
export interface OpenedCsv extends AsyncDisposable {
  readonly query: string
  readonly rowColumn: string
  readonly columns: readonly string[]
}

const rowColumn = '__row'
const headerBytes = 256 * 1024
const shownProblems = 20

/** Reads a CSV file; what is broken about it is told with its rows. */
export async function openCsv(ctx: Ctx, path: string, options: CsvOptions): Promise<OpenedCsv> {
  const { engine } = roomOf(ctx)
  const csv = await importFile(ctx, path, 'csv')
  const raw = engine.scratchPath('parquet')
  try {
    const header = parseHeader(await readStart(csv), options.delimiter)
    const query = await engine.session(async (session) => {
      await copyTexts(session, { csv, raw, ...header })
      return typedQuery(session, { raw, columns: header.columns, declared: declaredTypes(options) })
    })
    return {
      query,
      rowColumn,
      columns: header.columns,
      [Symbol.asyncDispose]: () => rm(raw, { force: true }),
    }
  } catch (error) {
    await rm(raw, { force: true })
    throw error
  } finally {
    await rm(csv, { force: true })
  }
}

function declaredTypes(options: CsvOptions): Map<string, DeltaType> {
  const declared = new Map<string, DeltaType>()
  for (const { name, type } of options.checks?.columns ?? []) {
    if (type !== undefined) declared.set(name.toLowerCase(), type)
  }
  for (const { name, type } of options.schema?.fields ?? []) declared.set(name.toLowerCase(), type)
  return declared
}

async function readStart(path: string): Promise<string> {
  await using file = await open(path, 'r')
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0)
  return buffer.toString('utf8', 0, bytesRead).replace(/^\ufeff/, '')
}

interface Header {
  readonly columns: readonly string[]
  readonly delimiter: string
}

export function parseHeader(start: string, given: string | undefined): Header {
  const record = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(start)?.[0] ?? ''
  const candidates = given === undefined ? [',', ';', '\t', '|'] : [given]
  const split = candidates.map((delimiter) => ({
    delimiter,
    columns: splitRecord(record, delimiter),
  }))
  const best = split.reduce((a, b) => (b.columns.length > a.columns.length ? b : a))
  const empty = best.columns.findIndex((name) => name === '')
  if (empty >= 0) throw broken(`its header has no name for column ${empty + 1}`, [])
  const lower = best.columns.map((name) => name.toLowerCase())
  const twice = lower.find((name, i) => lower.indexOf(name) !== i)
  if (twice !== undefined) throw broken(`its header has column '${twice}' twice`, [])
  return best
}

function splitRecord(record: string, delimiter: string): string[] {
  const fields: string[] = []
  let field = ''
  let quoted = false
  for (let i = 0; i < record.length; i++) {
    const char = record[i] ?? ''
    if (char === '"' && quoted && record[i + 1] === '"') {
      field += '"'
      i++
    } else if (char === '"') quoted = !quoted
    else if (char === delimiter && !quoted) {
      fields.push(field.trim())
      field = ''
    } else field += char
  }
  return [...fields, field.trim()]
}

interface CopyInput extends Header {
  readonly csv: string
  readonly raw: string
}

/** Copies all fields as texts; a row with too many or too few fields is a problem of the file. */
async function copyTexts(session: Session, input: CopyInput): Promise<void> {
  const names = input.columns.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ')
  const scan = `read_csv(${quoteText(input.csv)}, auto_detect = false, header = true,
    delim = ${quoteText(input.delimiter)}, quote = '"', escape = '"', nullstr = '', columns = {${names}},
    store_rejects = true, rejects_table = 'csv_errors', rejects_scan = 'csv_scans')`
  await session.run(
    `copy (select *, row_number() over () + 1 as ${rowColumn} from ${scan}) to ${quoteText(input.raw)} (format parquet)`,
  )
  const rejected = await session.rows(
    `select line, column_name, error_type, csv_line from csv_errors order by line limit ${shownProblems}`,
  )
  if (rejected.length === 0) return
  const details = rejected.map(([line, column, type, text]) => ({
    row: Number(line),
    column: /COLUMNS/.test(String(type)) || typeof column !== 'string' ? null : column,
    problem: describeReject(String(type), input.columns.length),
    value: (typeof text === 'string' ? text : '').slice(0, 200),
  }))
  throw broken(describe(details), details)
}

function describeReject(type: string, columns: number): string {
  switch (type) {
    case 'MISSING COLUMNS':
      return `it has fewer fields than the ${columns} of the header`
    case 'TOO MANY COLUMNS':
      return `it has more fields than the ${columns} of the header`
    case 'UNQUOTED VALUE':
      return 'a quote in it is not closed or not doubled'
    case 'INVALID ENCODING':
    case 'INVALID UNICODE':
      return 'it is not UTF-8'
    default:
      return type.toLowerCase()
  }
}

interface Problem {
  readonly row: number
  readonly column: string | null
  readonly problem: string
  readonly value: unknown
}

function describe(problems: readonly Problem[]): string {
  const shown = problems.slice(0, 5).map(({ row, column, problem, value }) => {
    const where = column === null ? '' : `, column '${column}'`
    return `row ${row}${where}: ${problem}${column === null ? '' : ` (${JSON.stringify(value)})`}`
  })
  return shown.join('; ') + (problems.length > shown.length ? '; …' : '')
}

function broken(problem: string, details: readonly Problem[]): Error {
  return tablesErrors.TABLES_CSV_BROKEN(problem).with({ details })
}

interface TypeInput {
  readonly raw: string
  readonly columns: readonly string[]
  readonly declared: ReadonlyMap<string, DeltaType>
}

async function typedQuery(session: Session, input: TypeInput): Promise<string> {
  const from = `read_parquet(${quoteText(input.raw)})`
  const inferred = await inferTypes(
    session,
    from,
    input.columns.filter((name) => !input.declared.has(name.toLowerCase())),
  )
  const typed = input.columns.map((name) => ({
    name,
    type: input.declared.get(name.toLowerCase()) ?? inferred.get(name) ?? 'string',
  }))
  await assertTypes(
    session,
    from,
    typed.filter(({ name }) => !inferred.has(name)),
  )
  const columns = typed.map(
    ({ name, type }) =>
      `cast(${quoteName(name)} as ${toDuckType(type, name)}) as ${quoteName(name)}`,
  )
  return `select ${columns.join(', ')}, ${rowColumn} from ${from}`
}

const integerTypes = new Set(['byte', 'short', 'integer', 'long'])

/** Holds when a text is not of the type; DuckDB itself would round `1.5` to an integer. */
function misfit(name: string, type: DeltaType): string {
  const column = quoteName(name)
  const fails = `try_cast(${column} as ${toDuckType(type, name)}) is null`
  const isInteger = typeof type === 'string' && integerTypes.has(type)
  const shape = isInteger ? ` or not regexp_full_match(${column}, '[+-]?[0-9]+')` : ''
  return `${column} is not null and (${fails}${shape})`
}

async function assertTypes(
  session: Session,
  from: string,
  columns: readonly { readonly name: string; readonly type: DeltaType }[],
): Promise<void> {
  const checked = columns.filter(({ type }) => type !== 'string')
  if (checked.length === 0) return
  const counts = checked.map(({ name, type }) => `count_if(${misfit(name, type)})`)
  const [row = []] = await session.rows(`select ${counts.join(', ')} from ${from}`)
  const problems: Problem[] = []
  for (const [i, { name, type }] of checked.entries()) {
    if (Number(row[i] ?? 0) === 0 || problems.length >= shownProblems) continue
    const found = await session.rows(
      `select ${rowColumn}, ${quoteName(name)} from ${from} where ${misfit(name, type)} order by 1 limit ${shownProblems}`,
    )
    const problem = `it is not ${toTypeText(type)}`
    problems.push(
      ...found.map(([at, value]) => ({
        row: Number(at),
        column: name,
        problem,
        value: String(value),
      })),
    )
  }
  if (problems.length > 0) {
    problems.sort((a, b) => a.row - b.row)
    throw broken(describe(problems), problems.slice(0, shownProblems))
  }
}

/** From narrow to wide; the first that fits every value wins, else the column is text. */
const guesses: readonly { readonly type: DeltaType; readonly shape: string }[] = [
  // A leading zero is part of a code, not of a number.
  { type: 'long', shape: '[+-]?(?:0|[1-9][0-9]{0,18})' },
  {
    type: 'double',
    shape: '[+-]?(?:0|[1-9][0-9]*)?(?:\\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|NaN|[+-]?inf',
  },
  { type: 'boolean', shape: '(?i)true|false' },
  { type: 'date', shape: '[0-9]{4}-[0-9]{2}-[0-9]{2}' },
  { type: 'timestamp', shape: '[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}.*' },
]

const sampledRows = 1000

async function inferTypes(
  session: Session,
  from: string,
  columns: readonly string[],
): Promise<Map<string, DeltaType>> {
  // What a sample rules out is not asked of all rows.
  const all = guesses.map((_, i) => i)
  const sample = `(select * from ${from} limit ${sampledRows})`
  const likely = await fitting(session, sample, new Map(columns.map((name) => [name, all])))
  const left = new Map([...likely].filter(([, fits]) => fits.length > 0))
  const certain = await fitting(session, from, left)
  return new Map(
    columns.map((name) => {
      const [first] = certain.get(name) ?? []
      return [name, first === undefined ? 'string' : (guesses[first]?.type ?? 'string')]
    }),
  )
}

/** Of each column the guesses that fit every value; none for a column without values. */
async function fitting(
  session: Session,
  from: string,
  asked: ReadonlyMap<string, readonly number[]>,
): Promise<Map<string, number[]>> {
  if (asked.size === 0) return new Map()
  const counts = [...asked].flatMap(([name, tried]) => [
    `count(${quoteName(name)})`,
    ...tried.map((i) => `count_if(${fitsGuess(name, i)})`),
  ])
  const [row = []] = await session.rows(`select ${counts.join(', ')} from ${from}`)
  const found = new Map<string, number[]>()
  let at = 0
  for (const [name, tried] of asked) {
    const values = Number(row[at])
    found.set(name, values === 0 ? [] : tried.filter((_, i) => Number(row[at + 1 + i]) === values))
    at += tried.length + 1
  }
  return found
}

// The shape comes first: a cast that fails costs far more than a pattern that does not match.
function fitsGuess(name: string, index: number): string {
  const { type, shape } = guesses[index] ?? { type: 'string', shape: '' }
  const column = quoteName(name)
  const cast = `try_cast(${column} as ${toDuckType(type, name)}) is not null`
  return `case when regexp_full_match(${column}, ${quoteText(shape)}) then ${cast} else false end`
}
