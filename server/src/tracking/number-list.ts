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
