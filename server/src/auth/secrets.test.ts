import { describe, expect, test } from 'vitest'
import { testCtx, testDialects, type TestCtx } from '../core/testing.ts'
import type { Ctx } from '../core/index.ts'
import { authMigrations } from './migrations.ts'
import {
  createScope,
  listScopeAcls,
  listScopes,
  listSecrets,
  putSecret,
  readSecret,
  removeScope,
  removeSecret,
  setAcl,
} from './secret-service.ts'

describe.each(testDialects)('secrets on %s', (dialect) => {
  const open = (): Promise<TestCtx> => testCtx(dialect, authMigrations)
  const as = (ctx: Ctx, name: string): Ctx => ({
    ...ctx,
    principal: { name, kind: 'user', isOwner: false },
  })

  test('gives a value back to who may read it, and keeps it sealed', async () => {
    await using ctx = await open()
    await createScope(ctx, { scope: 'db' })
    await putSecret(ctx, { scope: 'db', key: 'password', value: Buffer.from('s3cret-value') })
    await putSecret(ctx, { scope: 'db', key: 'password', value: Buffer.from([0, 255, 1]) })
    expect(await readSecret(ctx, { scope: 'db', key: 'password' })).toEqual(
      Buffer.from([0, 255, 1]),
    )
    expect((await listSecrets(ctx, 'db')).map((secret) => secret.key)).toEqual(['password'])
    const { sealed } = await ctx.db.selectFrom('auth_secret').selectAll().executeTakeFirstOrThrow()
    expect(sealed).not.toContain(Buffer.from([0, 255, 1]).toString('base64'))
  })

  test('lets others do what the scope grants them, and no more', async () => {
    await using ctx = await open()
    const ann = as(ctx, 'ann')
    await createScope(ctx, { scope: 'db' })
    await putSecret(ctx, { scope: 'db', key: 'k', value: Buffer.from('v') })
    await expect(readSecret(ann, { scope: 'db', key: 'k' })).rejects.toMatchObject({
      code: 'AUTH_SECRET_DENIED',
    })
    expect(await listScopes(ann)).toEqual([])
    await setAcl(ctx, 'db', { principal: 'ann', permission: 'READ' })
    expect((await readSecret(ann, { scope: 'db', key: 'k' })).toString()).toBe('v')
    await expect(removeSecret(ann, { scope: 'db', key: 'k' })).rejects.toMatchObject({
      code: 'AUTH_SECRET_DENIED',
    })
    await expect(listScopeAcls(ann, 'db')).rejects.toMatchObject({ code: 'AUTH_SECRET_DENIED' })
    await setAcl(ctx, 'db', { principal: 'users', permission: 'WRITE' })
    await removeSecret(as(ctx, 'bob'), { scope: 'db', key: 'k' })
  })

  test('deletes a scope with everything in it', async () => {
    await using ctx = await open()
    await createScope(ctx, { scope: 'db' })
    await putSecret(ctx, { scope: 'db', key: 'k', value: Buffer.from('v') })
    await expect(createScope(ctx, { scope: 'db' })).rejects.toMatchObject({
      code: 'AUTH_SECRET_SCOPE_EXISTS',
    })
    await removeScope(ctx, 'db')
    await expect(listSecrets(ctx, 'db')).rejects.toMatchObject({
      code: 'AUTH_SECRET_SCOPE_NOT_FOUND',
    })
    await createScope(ctx, { scope: 'db' })
    await expect(readSecret(ctx, { scope: 'db', key: 'k' })).rejects.toMatchObject({
      code: 'AUTH_SECRET_NOT_FOUND',
    })
  })

  test('refuses names and values that it cannot keep', async () => {
    await using ctx = await open()
    await expect(createScope(ctx, { scope: 'a b' })).rejects.toMatchObject({
      code: 'AUTH_SECRET_NAME_INVALID',
    })
    await createScope(ctx, { scope: 'db' })
    const value = Buffer.alloc(128 * 1024 + 1)
    await expect(putSecret(ctx, { scope: 'db', key: 'k', value })).rejects.toMatchObject({
      code: 'AUTH_SECRET_VALUE_INVALID',
    })
  })
})
