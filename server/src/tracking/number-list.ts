import type { DialectName } from '../core/index.ts'

export interface NumberList {
  readonly sql: string
  readonly parameter: string
}

/** `column in <list>` with one parameter, however many numbers there are. */
export function numberList(dialect: DialectName, numbers: readonly number[]): NumberList {
  return dialect === 'sqlite'
    ? { sql: '(select value from json_each(?))', parameter: JSON.stringify(numbers) }
    : { sql: '(select unnest(?::bigint[]))', parameter: `{${numbers.join(',')}}` }
}

/** `column in <numbers>`; a single number is compared, so that an index on the column keeps its order. */
export function among(
  dialect: DialectName,
  column: string,
  numbers: readonly number[],
): { readonly sql: string; readonly parameters: readonly (string | number)[] } {
  const [only] = numbers
  if (numbers.length === 1 && only !== undefined) {
    return { sql: `${column} = ?`, parameters: [only] }
  }
  const list = numberList(dialect, numbers)
  return { sql: `${column} in ${list.sql}`, parameters: [list.parameter] }
}
