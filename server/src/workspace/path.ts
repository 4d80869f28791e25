import { workspaceErrors } from './errors.ts'

const longestPath = 1024

/** The one spelling of a path: absolute, no trailing slash, without a leading `/Workspace`. */
export function parsePath(text: string): string {
  const refuse = (why: string) => workspaceErrors.WORKSPACE_PATH_INVALID(text, why)
  if (!text.startsWith('/')) throw refuse('it must begin with /')
  if (text.length > longestPath) throw refuse(`it is longer than ${longestPath} characters`)
  if (hasControlCharacter(text)) throw refuse('it has a control character')
  const parts = text.replace(/\/+$/, '').split('/').slice(1)
  if (parts.some((part) => part === '')) throw refuse('it has an empty part')
  if (parts.some((part) => part === '.' || part === '..')) throw refuse("'.' and '..' mean nothing")
  if (parts.some((part) => part.includes('\\'))) throw refuse('it has a backslash')
  if (parts[0] === 'Workspace') parts.shift()
  return `/${parts.join('/')}`
}

function hasControlCharacter(text: string): boolean {
  return Array.from(text).some((character) => character < ' ' || character === '\u007F')
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** `/a/b` → `/a`, `/a/b`; what has to exist so that something can be put into it. */
export function ancestorsAndSelf(path: string): string[] {
  const parts = path.split('/').slice(1).filter(Boolean)
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
}
