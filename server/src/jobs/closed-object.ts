import { Type, type TObject, type TProperties } from 'typebox'

/** An object that refuses fields it does not list. */
export function closed<P extends TProperties>(properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false })
}
