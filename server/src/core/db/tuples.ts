import { query, type Script, type SqlValue } from './script.ts'

export interface TupleInsert {
  /** The table with its columns: `thing (id, name)`. */
  readonly into: string
  /** What comes behind the values, for example `on conflict do nothing returning id`. */
  readonly tail?: string
}

/** A statement has at most so many rows: few enough parameters for either dialect. */
const mostRows = 256

/**
 * Inserts rows of equal width with as few statements as there are bits in their number: a statement has
 * 256, 128, 64, … rows, so that few texts are prepared however many rows come. Unlike `insertRows` it
 * saves the calls on SQLite too, keeps every double and byte as it is, and answers what `tail` returns.
 */
export function* insertTuples<R = never>(
  { into, tail = '' }: TupleInsert,
  rows: readonly (readonly SqlValue[])[],
): Script<readonly R[]> {
  const returned: R[] = []
  let from = 0
  let size = mostRows
  while (from < rows.length) {
    if (rows.length - from < size) {
      size /= 2
      continue
    }
    const some = size === rows.length ? rows : rows.slice(from, from + size)
    const text = insertText({ into, tail, size, width: some[0]?.length ?? 0 })
    returned.push(...(yield* query<R>(text, ...some.flat())))
    from += size
  }
  return returned
}

const texts = new Map<string, string>()

function insertText(shape: Required<TupleInsert> & { size: number; width: number }): string {
  const { into, tail, size, width } = shape
  const name = `${size}/${width}/${into}/${tail}`
  const known = texts.get(name)
  if (known !== undefined) return known
  const row = `(${Array.from({ length: width }, () => '?').join(', ')})`
  const values = Array.from({ length: size }, () => row).join(', ')
  const text = `insert into ${into} values ${values} ${tail}`
  texts.set(name, text)
  return text
}
