import { readFile } from 'node:fs/promises'
import { UsageError, type Verb } from './verb.ts'

export const sqlVerb: Verb = {
  usage: 'sql <statement> | sql --file FILE',
  summary: 'run a SQL statement and print its rows',
  examples: [
    'npx millrace sql "select count(*) from main.churn.customers"',
    'npx millrace sql --file report.sql --json',
  ],
  words: [0, 1],
  flags: { file: { takes: 'FILE', help: 'read the statement from a file; - is standard input' } },
  run: async (call) => {
    const file = call.flag('file')
    const [given] = call.words
    if ((file === undefined) === (given === undefined)) {
      throw new UsageError('Give a statement, or --file, and not both')
    }
    const source = file === '-' ? '/dev/stdin' : file
    const statement = source === undefined ? (given ?? '') : await readFile(source, 'utf8')
    const result = await call.millrace().tables.query(statement)
    const headings = result.columns.map((column) => column.name)
    call.out.table(
      headings,
      result.rows.map((row) => row.map((value) => value ?? 'NULL')),
    )
    const count = result.rows.length
    if (headings.length > 0) call.out.line(`\n${count} row${count === 1 ? '' : 's'}`)
    call.out.result({ columns: result.columns, rows: result.rows })
    return 0
  },
}
