import { defineErrors } from '../core/index.ts'

export const tablesErrors = defineErrors({
  TABLES_TABLE_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string) => `Table '${name}' does not exist; SHOW TABLES IN <schema> lists them`,
  },
  TABLES_VERSION_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string, asked: string, found: string) =>
      `Table '${name}' cannot be read at ${asked}: ${found}`,
  },
  TABLES_SCHEMA_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string) => `Schema '${name}' does not exist; CREATE SCHEMA ${name} makes it`,
  },
  TABLES_CATALOG_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string) => `Catalog '${name}' does not exist; the only catalog is 'main'`,
  },
  TABLES_SCHEMA_EXISTS: {
    status: 409,
    wire: 'RESOURCE_ALREADY_EXISTS',
    text: (name: string) => `Schema '${name}' already exists`,
  },
  TABLES_SCHEMA_NOT_EMPTY: {
    status: 409,
    wire: 'INVALID_STATE',
    text: (name: string, tables: number) =>
      `Schema '${name}' holds ${tables} tables; drop them first, or use DROP SCHEMA … CASCADE`,
  },
  TABLES_TABLE_EXISTS: {
    status: 409,
    wire: 'RESOURCE_ALREADY_EXISTS',
    text: (name: string) => `Table '${name}' already exists`,
  },
  TABLES_NAME_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (found: string) =>
      `'${found}' is not a table name; expected catalog.schema.table, schema.table or table`,
  },
  TABLES_LOCATION_REFUSED: {
    status: 403,
    wire: 'PERMISSION_DENIED',
    text: (path: string) =>
      `Location '${path}' is outside this server's table root and its external locations; start the server with --external-location DIR to allow it`,
  },
  TABLES_NOT_A_DELTA_TABLE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (path: string, problem: string) => `'${path}' is not a readable Delta table: ${problem}`,
  },
  TABLES_FEATURE_UNSUPPORTED: {
    status: 400,
    wire: 'NOT_IMPLEMENTED',
    text: (table: string, action: 'read' | 'write', feature: string) =>
      `Table '${table}' cannot be ${action === 'read' ? 'read' : 'written'}: it uses the Delta feature '${feature}', which is not supported`,
  },
  TABLES_TYPE_UNSUPPORTED: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (column: string, type: string) =>
      `Column '${column}' has type ${type}, which a Delta table cannot hold; cast it to another type`,
  },
  TABLES_SCHEMA_MISMATCH: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (table: string, problem: string) => `The rows do not fit table '${table}': ${problem}`,
  },
  TABLES_CONSTRAINT_BROKEN: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (table: string, constraint: string, rows: number) =>
      `${rows} ${rows === 1 ? 'row breaks' : 'rows break'} ${constraint} of table '${table}'; nothing was written`,
  },
  TABLES_DUPLICATE_KEYS: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (keys: string, rows: number) =>
      `${rows} source rows share their key (${keys}) with another; a merge needs each key once`,
  },
  TABLES_APPEND_ONLY: {
    status: 400,
    wire: 'INVALID_STATE',
    text: (table: string) =>
      `Table '${table}' has delta.appendOnly = true: rows may be added, not changed or removed`,
  },
  TABLES_COMMIT_CONFLICT: {
    status: 409,
    wire: 'ABORTED',
    text: (table: string, problem: string) =>
      `The write to '${table}' lost against another one: ${problem}; run it again`,
  },
  TABLES_STATEMENT_UNSUPPORTED: {
    status: 400,
    wire: 'NOT_IMPLEMENTED',
    text: (statement: string) => `${statement} is not supported`,
  },
  TABLES_STATEMENT_INVALID: {
    status: 400,
    wire: 'BAD_REQUEST',
    text: (problem: string) => problem,
    meaning: 'The SQL statement is wrong; the message is DuckDB’s or ours',
  },
  TABLES_STATEMENT_TOO_BIG: {
    status: 400,
    wire: 'RESOURCE_EXHAUSTED',
    text: (problem: string) =>
      `The statement needs more memory or disk than it may use: ${problem}`,
  },
  TABLES_STATEMENT_TIMEOUT: {
    status: 504,
    wire: 'TEMPORARILY_UNAVAILABLE',
    text: (seconds: number) => `The statement ran longer than its limit of ${seconds} s`,
  },
  TABLES_STORAGE_FAILED: {
    status: 503,
    wire: 'RESOURCE_EXHAUSTED',
    text: (cause: string) => `Nothing was written: ${cause}, then run it again`,
  },
  TABLES_NAME_RESERVED: {
    status: 409,
    wire: 'RESOURCE_CONFLICT',
    text: (name: string) =>
      `A running task is about to make table '${name}'; wait for it, or choose another name`,
  },
  TABLES_SQL_PROCESS_ENDED: {
    status: 503,
    wire: 'TEMPORARILY_UNAVAILABLE',
    text: (reason: string) =>
      `The SQL process ended while the statement ran (${reason}); nothing was changed. Run it again`,
  },
  TABLES_STATEMENT_CANCELED: {
    status: 499,
    wire: 'ABORTED',
    text: () => 'The statement was cancelled',
  },
  TABLES_STATEMENT_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: string) => `Statement ${id} does not exist or its result has expired`,
  },
  TABLES_WAREHOUSE_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: string) => `SQL warehouse '${id}' does not exist; the only one is 'default'`,
  },
  TABLES_CHECKS_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (line: number, column: number, problem: string) =>
      `The checks cannot be read: line ${line}, column ${column}: ${problem}`,
  },
  TABLES_CHECKS_BROKEN: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (broken: string) => `The rows break their checks; nothing was written. ${broken}`,
  },
  TABLES_CSV_BROKEN: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => `The CSV file is broken; nothing was written: ${problem}`,
  },
  TABLES_FILE_UNREADABLE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (what: string, problem: string) => `${what} cannot be read: ${problem}`,
  },
})
