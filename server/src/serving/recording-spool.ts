/**
 * Recorded rows on their way to a table, kept from a crash.
 *
 *   open (rows are added to its file) → closed → written to the table under the segment's own
 *   request id → file deleted
 *
 * A file that a killed process left is written by the next one under the same id, which the table
 * takes once. Files are not synced: they outlive the process, not the machine.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { newId, systemPrincipal, type Ctx } from '../core/index.ts'
import { writeTable } from '../tables/index.ts'

export interface SpoolColumn {
  readonly name: string
  readonly type: string
}

interface Head {
  readonly table: string
  readonly columns: readonly SpoolColumn[]
}

export type SpoolRow = readonly unknown[]

function spoolFolder(ctx: Ctx): string {
  return join(ctx.config.dataDir, 'serving', 'recorded')
}

/** Some rows of a table, in memory and in a file. */
export class Segment {
  readonly id = newId()
  readonly rows: SpoolRow[] = []
  records = 0
  readonly #ctx: Ctx
  readonly #head: Head
  readonly #path: string
  #file: number | undefined

  constructor(ctx: Ctx, head: Head) {
    this.#ctx = ctx
    this.#head = head
    this.#path = join(spoolFolder(ctx), `${this.id}.ndjson`)
  }

  /** Adds the rows of `records` requests; when this returns they outlive the process. */
  add(rows: readonly SpoolRow[], records: number): void {
    this.rows.push(...rows)
    this.records += records
    if (this.#file === undefined) {
      mkdirSync(spoolFolder(this.#ctx), { recursive: true })
      this.#file = openSync(this.#path, 'wx')
      writeSync(this.#file, `${JSON.stringify(this.#head)}\n`)
    }
    writeSync(this.#file, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`)
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  /** Writes the rows to the table, once however often it is called, and forgets the file. */
  async write(): Promise<void> {
    await writeRows(this.#ctx, { id: this.id, head: this.#head, rows: this.rows })
    await rm(this.#path, { force: true })
  }
}

interface SegmentRows {
  readonly id: string
  readonly head: Head
  readonly rows: readonly SpoolRow[]
}

async function writeRows(ctx: Ctx, { id, head, rows }: SegmentRows): Promise<void> {
  const { table, columns } = head
  await writeTable(ctx, { table, mode: 'append', source: { columns, rows }, requestId: id })
}

/** Files of processes before this one, oldest first, while nothing is recorded yet. */
export async function listSegments(ctx: Ctx): Promise<string[]> {
  const names = await readdir(spoolFolder(ctx)).catch((): string[] => [])
  return names.toSorted()
}

/** Writes what processes before this one recorded and did not write. */
export async function recoverSegments(caller: Ctx, names: readonly string[]): Promise<void> {
  const ctx = { ...caller, principal: systemPrincipal, db: caller.database.db }
  for (const name of names) {
    const path = join(spoolFolder(ctx), name)
    try {
      const found = parseSegment(await readFile(path, 'utf8'))
      if (found && found.rows.length > 0) {
        await writeRows(ctx, { id: name.replace('.ndjson', ''), ...found })
      }
      await rm(path)
    } catch (error) {
      ctx.log.error({ err: error, path }, 'recorded traffic waits for the next start')
    }
  }
}

/** The whole lines of a file; the last one may be cut off, then its request was not answered. */
export function parseSegment(text: string): { head: Head; rows: SpoolRow[] } | undefined {
  const lines = text.split('\n').slice(0, -1)
  const [head, ...rows] = lines.map((line) => JSON.parse(line) as unknown)
  return head === undefined ? undefined : { head: head as Head, rows: rows as SpoolRow[] }
}
