import { query, type Db, type Script } from '../core/index.ts'
import type { User } from './types.ts'

export interface UserWithHash extends User {
  readonly passwordHash: string
}

export interface NewUser {
  readonly name: string
  readonly passwordHash: string
  readonly isAdmin: boolean
  readonly createdAt: Date
}

/** Undefined when the name is taken. */
export async function insertUser(db: Db, user: NewUser): Promise<User | undefined> {
  const row = await db
    .insertInto('auth_user')
    .values({
      name: user.name,
      password_hash: user.passwordHash,
      is_admin: user.isAdmin ? 1 : 0,
      created_at: user.createdAt.getTime(),
    })
    .onConflict((oc) => oc.column('name').doNothing())
    .returningAll()
    .executeTakeFirst()
  return row && toUser(row)
}

export async function findUser(db: Db, name: string): Promise<UserWithHash | undefined> {
  const row = await db
    .selectFrom('auth_user')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst()
  return row && { ...toUser(row), passwordHash: row.password_hash }
}

interface LoginRow {
  readonly id: number
  readonly name: string
  readonly password_hash: string
  readonly is_admin: number
}

/** `findUser`, by a prepared statement: it is asked with every request. */
export function* findLogin(name: string): Script<UserWithHash | undefined> {
  const [row] = yield* query<LoginRow>(
    'select id, name, password_hash, is_admin from auth_user where name = ?',
    name,
  )
  return row && { ...toUser(row), passwordHash: row.password_hash }
}

export async function findUserById(db: Db, id: number): Promise<User | undefined> {
  const row = await db.selectFrom('auth_user').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toUser(row)
}

export async function listUsers(db: Db): Promise<User[]> {
  return (await db.selectFrom('auth_user').selectAll().orderBy('id').execute()).map(toUser)
}

export async function updateUser(
  db: Db,
  id: number,
  change: { readonly passwordHash?: string; readonly isAdmin?: boolean },
): Promise<void> {
  await db
    .updateTable('auth_user')
    .set({
      ...(change.passwordHash === undefined ? {} : { password_hash: change.passwordHash }),
      ...(change.isAdmin === undefined ? {} : { is_admin: change.isAdmin ? 1 : 0 }),
    })
    .where('id', '=', id)
    .execute()
}

/** Deletes the user with the role that holds the user's own grants. */
export async function deleteUserRow(db: Db, id: number): Promise<void> {
  const own = db.selectFrom('auth_role').select('id').where('user_id', '=', id)
  await db.deleteFrom('auth_grant').where('role_id', 'in', own).execute()
  await db.deleteFrom('auth_role_member').where('user_id', '=', id).execute()
  await db.deleteFrom('auth_role').where('user_id', '=', id).execute()
  await db.deleteFrom('auth_user').where('id', '=', id).execute()
}

export async function countAdmins(db: Db): Promise<number> {
  const row = await db
    .selectFrom('auth_user')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('is_admin', '=', 1)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

function toUser(row: Pick<LoginRow, 'id' | 'name' | 'is_admin'>): User {
  return { id: Number(row.id), name: row.name, isAdmin: row.is_admin === 1 }
}
