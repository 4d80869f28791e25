import { suggest } from '../verb.ts'
import type { Lookup } from './variables.ts'

/** What `${…}` may stand for. */
export interface Facts {
  readonly bundle: Readonly<Record<string, string | undefined>>
  workspace: Readonly<Record<string, string | undefined>>
  readonly userName: string
  readonly shortName: string
  readonly variables: ReadonlyMap<string, unknown>
  /** Names of all variables, also of those without a value. */
  readonly declared: readonly string[]
}

const deepest = 10

/**
 * Looks references up; `${resources.<kind>.<key>.id}` is known only once the thing is made, so it
 * comes back as it is.
 */
export function makeLookup(facts: Facts, resources: ReadonlySet<string>): Lookup {
  const lookup = (reference: string, depth: number): unknown => {
    const [room = '', ...rest] = reference.split('.')
    const name = rest.join('.')
    if (room === 'var' || room === 'variables') {
      return variable(facts, room === 'var' ? name : name.replace(/\.value$/, ''), (inner) => {
        if (depth >= deepest) throw new Error(`\${${reference}} goes in a circle`)
        return lookup(inner, depth + 1)
      })
    }
    if (room === 'resources') return resource(reference, name, resources)
    const value = fact(facts, room, name)
    if (value === undefined) throw new Error(`\${${reference}} stands for nothing here`)
    return value
  }
  return (reference) => lookup(reference, 0)
}

function fact(facts: Facts, room: string, name: string): string | undefined {
  if (room === 'bundle') return facts.bundle[name]
  if (room !== 'workspace') return undefined
  if (name === 'current_user.userName') return facts.userName
  if (name === 'current_user.short_name') return facts.shortName
  return facts.workspace[name]
}

function variable(facts: Facts, name: string, lookup: (reference: string) => unknown): unknown {
  if (facts.variables.has(name)) {
    const value = facts.variables.get(name)
    if (typeof value !== 'string') return value
    const whole = /^\$\{([\w.-]+)\}$/.exec(value)?.[1]
    if (whole !== undefined) return lookup(whole)
    return value.replaceAll(/\$\{([\w.-]+)\}/g, (_, inner: string) => String(lookup(inner)))
  }
  if (facts.declared.includes(name)) {
    throw new Error(`variable '${name}' has no value; give one with --var ${name}=…`)
  }
  throw new Error(`there is no variable '${name}'${suggest(name, facts.declared)}`)
}

function resource(reference: string, name: string, resources: ReadonlySet<string>): string {
  const [kind = '', key = '', field = ''] = name.split('.')
  if (!resources.has(`${kind}.${key}`)) throw new Error(`the bundle has no resource ${kind}.${key}`)
  if (field !== 'id') throw new Error(`\${${reference}}: only .id of a resource can be used`)
  return `\${${reference}}`
}
