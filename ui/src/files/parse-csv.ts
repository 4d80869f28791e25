export interface CsvTable {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** More rows than asked for were there. */
  readonly truncated: boolean
}

/** One pass over the text; the state is inside quotes or not. */
class CsvReader {
  readonly rows: string[][] = []
  #row: string[] = []
  #field = ''
  #quoted = false
  readonly #separator: string

  constructor(separator: string) {
    this.#separator = separator
  }

  /** Takes one character and the one after it; returns how many it used. */
  take(char: string, next: string | undefined): number {
    if (this.#quoted) return this.#takeQuoted(char, next)
    if (char === '"' && this.#field === '') this.#quoted = true
    else if (char === this.#separator) this.#endField()
    else if (char === '\n') this.#endRow()
    else if (char !== '\r') this.#field += char
    return 1
  }

  end(): void {
    if (this.#field !== '' || this.#row.length > 0) this.#endRow()
  }

  #takeQuoted(char: string, next: string | undefined): number {
    if (char !== '"') this.#field += char
    else if (next === '"') {
      this.#field += '"'
      return 2
    } else this.#quoted = false
    return 1
  }

  #endField(): void {
    this.#row.push(this.#field)
    this.#field = ''
  }

  #endRow(): void {
    this.#endField()
    if (this.#row.length > 1 || this.#row[0] !== '') this.rows.push(this.#row)
    this.#row = []
  }
}

/** RFC 4180: quotes, doubled quotes, separators and line ends inside quotes. */
export function parseCsv(
  text: string,
  options: { readonly separator: string; readonly mostRows: number },
): CsvTable {
  const reader = new CsvReader(options.separator)
  let at = 0
  while (at < text.length && reader.rows.length <= options.mostRows) {
    at += reader.take(text.charAt(at), text[at + 1])
  }
  reader.end()
  const [header = [], ...body] = reader.rows
  return { header, rows: body.slice(0, options.mostRows), truncated: at < text.length }
}
