import { expect, it } from 'vitest'
import { describeTarget, isPersonal, type Grant, type Role } from './wire.ts'

const grant: Grant = {
  id: 1,
  role_id: 1,
  resource_type: 'registered_model',
  resource_pattern: '*',
  permission: 'READ',
}

it('says what a permission is on', () => {
  expect(describeTarget(grant)).toBe('every registered model')
  expect(describeTarget({ ...grant, resource_pattern: 'churn' })).toBe('registered model churn')
  expect(describeTarget({ ...grant, resource_type: 'workspace' })).toMatch(/^the workspace/)
})

it("knows a user's own permissions from a role that people made", () => {
  const role: Role = { id: 2, name: '__user_4__', description: null, permissions: [] }
  expect(isPersonal(role)).toBe(true)
  expect(isPersonal({ ...role, name: 'reviewers' })).toBe(false)
})
