import { servingErrors } from './errors.ts'
import type { RequestRows, ScoringRequest } from './invocation-parser.ts'
import { CellType, type ModelFile, type ModelInputs, type SignatureColumn } from './signature.ts'

/** One value in signature order; `null` is a missing one. */
export type Cell = unknown
export type Row = readonly Cell[]

/** Everything about a model's input that can be known before a request comes. */
export interface InputPlan {
  /** Column names in signature order; names of the request where the model has no signature. */
  readonly columns: readonly string[] | undefined
  /** Checks names and types and puts cells in signature order. Throws a 400 that names the cell. */
  readonly bind: (request: ScoringRequest) => BoundRows
  readonly bindParams: (given: ScoringRequest['params']) => Readonly<Record<string, unknown>>
}

export interface BoundRows {
  /** Present when the cells have names. */
  readonly columns: readonly string[] | undefined
  readonly rows: readonly Row[]
}

type Reader = (value: unknown, isText: boolean) => Cell
/** What a reader answers for a value it does not take. */
const refused = Symbol('refused')

export function planInputs(model: ModelFile): InputPlan {
  const bind = planBinding(model.inputs)
  return {
    columns: model.inputs.kind === 'columns' ? model.inputs.columns.map((c) => c.name) : undefined,
    bind,
    bindParams: planParams(model),
  }
}

function planBinding(inputs: ModelInputs): InputPlan['bind'] {
  switch (inputs.kind) {
    case 'columns':
      return bindColumns(inputs.columns)
    case 'tensor':
      return bindTensor(inputs)
    case 'none':
      return bindAnything
  }
}

function bindColumns(columns: readonly SignatureColumn[]): InputPlan['bind'] {
  const names = columns.map((c) => c.name)
  const cells = columns.map((column) => ({ column, read: readerOf(column) }))
  // Clients send the same columns in the same order for ever: remember the last layout.
  let lastNames: readonly string[] = []
  let lastOrder: readonly number[] = []
  const orderOf = (found: readonly string[]): readonly number[] => {
    if (found.length !== lastNames.length || found.some((name, i) => name !== lastNames[i])) {
      lastOrder = matchNames(columns, found)
      lastNames = [...found]
    }
    return lastOrder
  }
  const bindRow = (pick: (index: number) => unknown, row: number, isText: boolean): Cell[] => {
    const bound: Cell[] = []
    for (let i = 0; i < cells.length; i += 1) {
      const cell = cells[i]
      if (cell === undefined) break
      const value = pick(i)
      const read = cell.read(value, isText)
      if (read === refused) throw refuseValue(cell.column, row, value)
      bound.push(read)
    }
    return bound
  }
  return ({ rows, isText }) => ({
    columns: names,
    rows: bindNamed(rows, { names, orderOf, bindRow: (pick, row) => bindRow(pick, row, isText) }),
  })
}

interface NamedBinding {
  readonly names: readonly string[]
  /** Signature position → position in the request; -1 for an absent optional column. */
  readonly orderOf: (found: readonly string[]) => readonly number[]
  readonly bindRow: (pick: (index: number) => unknown, row: number) => Cell[]
}

function bindNamed(rows: RequestRows, binding: NamedBinding): Row[] {
  const { names, orderOf, bindRow } = binding
  switch (rows.kind) {
    case 'split': {
      const order = orderOf(rows.columns)
      return rows.rows.map((row, r) => bindRow((i) => row[order[i] ?? -1], r))
    }
    case 'records':
      return rows.records.map((record, r) => {
        orderOf(Object.keys(record))
        return bindRow((i) => record[names[i] ?? ''], r)
      })
    case 'lists': {
      orderOf(Object.keys(rows.lists))
      const lists = names.map((name) => rows.lists[name])
      const count = Object.values(rows.lists)[0]?.length ?? 0
      return Array.from({ length: count }, (_, r) => bindRow((i) => lists[i]?.[r], r))
    }
    case 'unnamed':
      throw servingErrors.SERVING_COLUMNS_MISSING(names, [])
  }
}

function matchNames(columns: readonly SignatureColumn[], found: readonly string[]): number[] {
  const positions = new Map(found.map((name, i) => [name, i]))
  const missing = columns.filter((c) => c.required && !positions.has(c.name)).map((c) => c.name)
  if (missing.length > 0) throw servingErrors.SERVING_COLUMNS_MISSING(missing, found)
  const known = new Set(columns.map((c) => c.name))
  const unknown = found.filter((name) => !known.has(name))
  if (unknown.length > 0) throw servingErrors.SERVING_COLUMNS_UNKNOWN(unknown, [...known])
  const twice = found.find((name, i) => positions.get(name) !== i)
  if (twice !== undefined) {
    throw servingErrors.SERVING_BODY_INVALID(`Column '${twice}' was sent more than once`)
  }
  return columns.map((c) => positions.get(c.name) ?? -1)
}

function bindTensor(inputs: ModelInputs & { kind: 'tensor' }): InputPlan['bind'] {
  const { width, type } = inputs
  const read = readerOf({ name: '', type, required: type !== CellType.Long })
  return ({ rows, isText }) => {
    const found = unnamedRows(rows)
    const expected = width ?? found[0]?.length ?? 0
    const bound = found.map((row, r) => {
      if (row.length !== expected) {
        throw servingErrors.SERVING_BODY_INVALID(
          `Row ${r} has ${row.length} values; the model takes ${expected}`,
        )
      }
      return row.map((value, i) => {
        const cell = read(value, isText)
        if (cell === refused) {
          throw refuseValue({ name: String(i), type, required: true }, r, value)
        }
        return cell
      })
    })
    return { columns: undefined, rows: bound }
  }
}

function unnamedRows(rows: RequestRows): readonly (readonly unknown[])[] {
  switch (rows.kind) {
    case 'unnamed':
      return rows.rows.map((row) => (Array.isArray(row) ? row : [row]))
    case 'split':
      return rows.rows
    case 'records':
      return rows.records.map((record) => Object.values(record))
    case 'lists':
      throw servingErrors.SERVING_BODY_INVALID(
        "The model takes rows of numbers without names; send 'inputs' or 'instances' as a list of rows",
      )
  }
}

function bindAnything({ rows }: ScoringRequest): BoundRows {
  switch (rows.kind) {
    case 'split':
      return { columns: rows.columns, rows: rows.rows }
    case 'records': {
      const columns = [...new Set(rows.records.flatMap((record) => Object.keys(record)))]
      return {
        columns,
        rows: rows.records.map((record) => columns.map((name) => record[name] ?? null)),
      }
    }
    case 'lists': {
      const columns = Object.keys(rows.lists)
      const count = Object.values(rows.lists)[0]?.length ?? 0
      return {
        columns,
        rows: Array.from({ length: count }, (_, r) => columns.map((c) => rows.lists[c]?.[r])),
      }
    }
    case 'unnamed':
      return {
        columns: undefined,
        rows: rows.rows.map((row) => (Array.isArray(row) ? row : [row])),
      }
  }
}

/** Text, floating point and time can be missing; a whole number or a boolean only when optional. */
function readerOf(column: SignatureColumn): Reader {
  const { type } = column
  const nullable =
    !column.required ||
    type === CellType.Double ||
    type === CellType.Float ||
    type === CellType.String ||
    type === CellType.Datetime ||
    type === CellType.Any
  const read = readers[type]
  const missing = nullable ? null : refused
  return (value, isText) => (value === null || value === undefined ? missing : read(value, isText))
}

const readNumber: Reader = (value, isText) => {
  if (typeof value === 'number') return value
  if (!isText || typeof value !== 'string') return refused
  const number = Number(value)
  if (!Number.isNaN(number)) return number
  return value.trim().toLowerCase() === 'nan' ? null : refused
}

const readWhole =
  (limit: number): Reader =>
  (value, isText) => {
    const number = readNumber(value, isText)
    if (typeof number !== 'number') return refused
    return Number.isInteger(number) && Math.abs(number) <= limit ? number : refused
  }

const readers: Readonly<Record<CellType, Reader>> = {
  double: readNumber,
  float: readNumber,
  long: readWhole(Number.MAX_SAFE_INTEGER),
  integer: readWhole(2 ** 31),
  boolean: (value, isText) => {
    if (typeof value === 'boolean') return value
    const text = isText && typeof value === 'string' ? value.toLowerCase() : undefined
    return text === 'true' || text === 'false' ? text === 'true' : refused
  },
  string: (value) => (typeof value === 'string' ? value : refused),
  datetime: (value) =>
    typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : refused,
  any: (value) => value,
}

const wanted: Readonly<Record<CellType, string>> = {
  double: 'a number',
  float: 'a number',
  long: 'a whole number',
  integer: 'a whole number of 32 bits',
  boolean: 'true or false',
  string: 'text',
  datetime: 'an ISO 8601 time',
  any: 'any value',
}

function refuseValue(column: SignatureColumn, row: number, value: unknown): Error {
  const shown = value === undefined ? 'nothing' : JSON.stringify(value)
  const found = shown.length > 80 ? `${shown.slice(0, 80)}…` : shown
  return servingErrors.SERVING_VALUE_INVALID(
    { column: column.name, row },
    `${wanted[column.type]} (${column.type})`,
    found,
  )
}

function planParams(model: ModelFile): InputPlan['bindParams'] {
  const known = new Map(
    model.params.map((param) => [
      param.name,
      { ...param, read: readerOf({ name: param.name, type: param.type, required: true }) },
    ]),
  )
  const defaults = Object.fromEntries(model.params.map((param) => [param.name, param.default]))
  return (given) => {
    if (given === undefined) return defaults
    for (const [name, value] of Object.entries(given)) {
      const param = known.get(name)
      if (!param) {
        const names = [...known.keys()].join(', ') || 'none'
        throw servingErrors.SERVING_PARAMS_INVALID(
          `The model takes no parameter '${name}'; its signature names: ${names}`,
        )
      }
      const values = param.list && Array.isArray(value) ? value : [value]
      if (
        param.list !== Array.isArray(value) ||
        values.some((v) => param.read(v, false) === refused)
      ) {
        throw servingErrors.SERVING_PARAMS_INVALID(
          `Parameter '${name}' must be ${param.list ? 'a list of ' : ''}${param.type}; found ${JSON.stringify(value)}`,
        )
      }
    }
    return { ...defaults, ...given }
  }
}
