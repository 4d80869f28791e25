import { defineErrors } from '../core/index.ts'

export const authErrors = defineErrors({
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
