import { defineErrors } from '../core/index.ts'

interface Refused {
  readonly principal: string
  readonly need: string
  readonly on: string
  readonly held: string
}

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
  AUTH_KEY_WRONG: {
    status: 409,
    wire: 'INVALID_STATE',
    text: (path: string) =>
      `The secrets of this database were sealed with another key than ${path}. Copy secrets.key from the data folder of the server that made it; servers that share a database share that file`,
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
  AUTH_OWNER_ONLY: {
    status: 403,
    wire: 'PERMISSION_DENIED',
    text: (principal: string, action: string) =>
      `Permission denied. ${principal} may not ${action}; only an admin of this server may`,
  },
  AUTH_PASSWORD_WRONG: {
    status: 401,
    wire: 'UNAUTHENTICATED',
    text: () => 'The user name or the password is wrong',
  },
  AUTH_FORBIDDEN: {
    status: 403,
    wire: 'PERMISSION_DENIED',
    text: (refused: Refused) =>
      `Permission denied. ${refused.principal} needs ${refused.need} on ${refused.on} and has ${refused.held}; whoever manages it can grant that`,
  },
  AUTH_USER_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string) => `User with username=${name} not found`,
  },
  AUTH_USER_EXISTS: {
    status: 400,
    wire: 'RESOURCE_ALREADY_EXISTS',
    text: (name: string) => `User (username=${name}) already exists.`,
  },
  AUTH_USER_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    meaning: 'A user name, password or token request that cannot be taken; the message says why',
    text: (problem: string) => problem,
  },
  AUTH_LAST_ADMIN: {
    status: 400,
    wire: 'BAD_REQUEST',
    text: (name: string) =>
      `${name} is the only admin; make another user an admin first, or nobody could manage this server`,
  },
  AUTH_SELF_DELETED: {
    status: 400,
    wire: 'BAD_REQUEST',
    text: () =>
      'Users cannot delete their own account. Ask another admin to delete this user instead.',
  },
  AUTH_ROLE_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: number) => `Role with id=${id} not found`,
  },
  AUTH_ROLE_EXISTS: {
    status: 400,
    wire: 'RESOURCE_ALREADY_EXISTS',
    text: (name: string) => `Role (name=${name}) already exists.`,
  },
  AUTH_GRANT_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (what: string) => `${what} not found`,
  },
  AUTH_GRANT_EXISTS: {
    status: 400,
    wire: 'RESOURCE_ALREADY_EXISTS',
    text: (what: string) => `${what} already exists; update it instead`,
  },
  AUTH_GRANT_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    meaning: 'A permission or role that cannot be given as asked; the message says why',
    text: (problem: string) => problem,
  },
})
