import type { Db } from './tables.ts'

type Work = () => Promise<void>

const deferred = new WeakMap<Db, Work[]>()

/** Puts work off until the transaction is about to commit; it is forgotten when it rolls back. */
export function beforeCommit(tx: Db, work: Work): void {
  const known = deferred.get(tx)
  if (known) known.push(work)
  else deferred.set(tx, [work])
}

/** Runs `work` in a transaction, then what it put off. */
export function transactionOn<T>(db: Db, work: (tx: Db) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (tx) => {
    const result = await work(tx)
    for (const last of deferred.get(tx) ?? []) await last()
    return result
  })
}
