import ajvCompiler from '@fastify/ajv-compiler'
import serializerCompiler from '@fastify/fast-json-stringify-compiler'
import type { FastifyServerOptions } from 'fastify'

type Factories = NonNullable<
  NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']
>

interface Validate {
  (data: unknown): boolean
  errors?: unknown
}

type BuildValidator = (...given: unknown[]) => (route: unknown) => Validate

/**
 * Compiles a route's schemas when it is first called: most of some hundred routes never are. Compiled
 * at the start they took 0.3 s and 12 MiB (ready in 0.95 s instead of 0.6, 117 MiB instead of 105).
 */
export const lazyCompilers: Factories = {
  // At run time a compiler takes a route's definition; its types speak of the schema in it.
  buildValidator: buildValidator as unknown as NonNullable<Factories['buildValidator']>,
  buildSerializer: (externalSchemas, options) => {
    const compile = serializerCompiler()(externalSchemas, options)
    return (route) => {
      let encode: ReturnType<typeof compile> | undefined
      return (data) => {
        encode ??= compile(route)
        return encode(data)
      }
    }
  },
}

function buildValidator(...given: unknown[]): ReturnType<BuildValidator> {
  const compile = (ajvCompiler() as unknown as BuildValidator)(...given)
  return (route) => {
    let validate: Validate | undefined
    const lazy: Validate = (data) => {
      validate ??= compile(route)
      const isValid = validate(data)
      lazy.errors = validate.errors
      return isValid
    }
    return lazy
  }
}
