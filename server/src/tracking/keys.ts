import { query, runScript, type Ctx, type DialectName, type Script } from '../core/index.ts'

const most = 20_000
const committed = new WeakMap<object, Map<string, number>>()

function committedKeys(ctx: Ctx): Map<string, number> {
  const known = committed.get(ctx.database)
  if (known) return known
  const created = new Map<string, number>()
  committed.set(ctx.database, created)
  return created
}

/** Numbers of metric, param and tag names within one script. */
export class Keys {
  readonly dialect: DialectName
  readonly #committed: Map<string, number>
  #fresh: Map<string, number> | undefined

  constructor(ctx: Ctx) {
    this.dialect = ctx.database.dialect
    this.#committed = committedKeys(ctx)
  }

  /** The name's number, when it is known without asking the database. */
  known(name: string): number | undefined {
    return this.#committed.get(name) ?? this.#fresh?.get(name)
  }

  /** The name's number, given out on first use. */
  *number(name: string): Script<number> {
    const known = this.known(name)
    if (known !== undefined) return known
    const id = (yield* findKey(name)) ?? (yield* insertKey(name))
    this.#fresh ??= new Map()
    this.#fresh.set(name, id)
    return id
  }

  /** Numbers seen by a script that has committed are good for every later one. */
  remember(): void {
    if (!this.#fresh) return
    if (this.#committed.size > most) this.#committed.clear()
    for (const [name, id] of this.#fresh) this.#committed.set(name, id)
  }
}

/** Runs a writing script that needs key numbers. */
export async function runWithKeys<T>(ctx: Ctx, script: (keys: Keys) => Script<T>): Promise<T> {
  let keys: Keys | undefined
  const result = await runScript(ctx, () => {
    keys = new Keys(ctx)
    return script(keys)
  })
  // Inside an outer transaction the numbers may still be rolled back.
  if (!ctx.db.isTransaction) keys?.remember()
  return result
}

export function* findKey(name: string): Script<number | undefined> {
  const [row] = yield* query<{ id: number }>('select id from tracking_key where name = ?', name)
  return row?.id
}

function* insertKey(name: string): Script<number> {
  const [row] = yield* query<{ id: number }>(
    `insert into tracking_key (name) values (?)
     on conflict (name) do update set name = excluded.name returning id`,
    name,
  )
  if (!row) throw new Error(`Key '${name}' was not stored`)
  return row.id
}
