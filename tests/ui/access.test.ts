import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite, type Site } from './site.ts'

const password = 'a long password'
let site: Site

beforeAll(async () => {
  site = await openSite({ credentials: { username: 'admin', password } })
})

afterAll(async () => site[Symbol.asyncDispose]())

/** What the server answers to somebody. */
async function statusFor(authorization: string, path: string): Promise<number> {
  const response = await fetch(site.url + path, { headers: { authorization } })
  await response.arrayBuffer()
  return response.status
}

test('an admin makes a user and a role, and says what they may do', async () => {
  await using view = await site.open()
  const { page } = view
  await view.visit('/admin/access')
  await page.getByRole('button', { name: 'New user' }).click()
  await page.getByRole('textbox', { name: 'User name' }).fill('ann')
  await page.getByLabel('First password').fill(password)
  await page.getByRole('button', { name: 'Make the user' }).click()
  await page.getByRole('heading', { name: 'ann' }).waitFor()
  const ann = `Basic ${btoa(`ann:${password}`)}`
  const roles = '/api/3.0/mlflow/roles/list'
  expect(await statusFor(ann, roles)).toBe(403)

  await page.getByRole('combobox', { name: 'Permission' }).selectOption('EDIT')
  await page.getByRole('button', { name: 'Give' }).click()
  await page.getByText('on every experiment').waitFor()
  expect(await view.checkAccess()).toEqual([])

  await page.getByRole('tab', { name: 'Roles' }).click()
  await page.getByRole('button', { name: 'New role' }).click()
  await page.getByRole('textbox', { name: 'Role name' }).fill('reviewers')
  await page.getByRole('button', { name: 'Make the role' }).click()
  await page.getByRole('row', { name: 'reviewers' }).click()
  await page.getByText('Nobody.').waitFor()
  expect(await view.checkAccess()).toEqual([])

  await view.visit('/admin/access?user=ann')
  await page.getByRole('button', { name: 'Make an admin' }).click()
  await page.getByRole('button', { name: 'Make a plain user' }).waitFor()
  expect(await statusFor(ann, roles)).toBe(200)
  expect(view.problems).toEqual([])
})

test('a token is shown once, works, and is refused when it is revoked', async () => {
  await using view = await site.open()
  const { page } = view
  await view.visit('/admin/access?tab=tokens')
  await page.getByRole('button', { name: 'New token' }).click()
  await page.getByRole('textbox', { name: 'What it is for' }).fill('CI')
  await page.getByRole('button', { name: 'Make it' }).click()
  const dialog = page.getByRole('dialog', { name: 'Copy the token now' })
  const bearer = `Bearer ${(await dialog.locator('code').first().textContent()) ?? ''}`
  const path = '/api/2.0/mlflow/users/current'
  expect(await statusFor(bearer, path)).toBe(200)
  await page.getByRole('button', { name: 'I have it' }).click()
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('No tokens yet').waitFor()
  expect(await statusFor(bearer, path)).toBe(401)
  expect(view.problems).toEqual([])
})

test('a secret goes in and its value never comes out', async () => {
  await using view = await site.open()
  const { page } = view
  await view.visit('/admin/secrets')
  await page.getByRole('button', { name: 'New scope' }).click()
  await page.getByRole('textbox', { name: 'Scope name' }).fill('warehouse')
  await page.getByRole('button', { name: 'Make the scope' }).click()
  await page.getByRole('textbox', { name: 'Key' }).fill('password')
  await page.getByLabel('Value').fill('open sesame')
  await page.getByRole('button', { name: 'Set', exact: true }).click()
  await page.getByRole('button', { name: 'Delete password' }).waitFor()
  expect(await page.content()).not.toContain('open sesame')
  expect(await view.checkAccess()).toEqual([])
  await page.reload()
  await page.getByRole('button', { name: 'Delete password' }).waitFor()
  expect(view.problems).toEqual([])
})
