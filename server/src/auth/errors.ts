import { defineErrors } from '../core/index.ts'

export const authErrors = defineErrors({
  AUTH_SECRET_NAME_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (what: string, name: string) =>
      `'${name}' cannot name a ${what}; use 1 to 128 letters, digits, '.', '_' and '-'`,
  },
  AUTH_SECRET_VALUE_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => `A secret needs a value: ${problem}`,
  },
  AUTH_SECRET_SCOPE_EXISTS: {
    status: 400,
    wire: 'RESOURCE_ALREADY_EXISTS',
    text: (scope: string) => `Scope ${scope} already exists!`,
  },
  AUTH_SECRET_SCOPE_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (scope: string) => `Scope ${scope} does not exist!`,
  },
  AUTH_SECRET_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (scope: string, key: string) => `Failed to find secret ${key} in scope ${scope}`,
  },
  AUTH_SECRET_ACL_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (scope: string, principal: string) =>
      `${principal} has no permission of its own on scope ${scope}`,
  },
  AUTH_SECRET_LIMIT: {
    status: 400,
    wire: 'RESOURCE_EXHAUSTED',
    text: (scope: string, most: number) =>
      `Scope ${scope} has ${most} secrets, as many as it can hold; delete one or use another scope`,
  },
  AUTH_SECRET_DENIED: {
    status: 403,
    wire: 'PERMISSION_DENIED',
    text: (principal: string, permission: string, scope: string) =>
      `${principal} does not have ${permission} permission on scope ${scope}; ask someone with MANAGE to grant it`,
  },
  AUTH_TOKEN_INVALID: {
    status: 401,
    wire: 'UNAUTHENTICATED',
    text: () => 'The bearer token is unknown or has expired; ask for a new one',
  },
  AUTH_CREDENTIALS_MISSING: {
    status: 401,
    wire: 'UNAUTHENTICATED',
    text: () =>
      'You are not authenticated. Send a bearer token, or a user name and password with basic authentication',
  },
})
