import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTypeText } from '../sql/type-text.ts'
import {
  fromDuckType,
  nullableField,
  toDuckType,
  toTypeText,
  type DeltaType,
  type StructField,
} from './schema.ts'

const primitive = fc.constantFrom(
  'byte',
  'short',
  'integer',
  'long',
  'float',
  'double',
  'string',
  'boolean',
  'binary',
  'date',
  'timestamp',
  'timestamp_ntz',
  'decimal(10,2)',
  'decimal(38,18)',
)

const { type: anyType } = fc.letrec<{ type: DeltaType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    primitive,
    tie('type').map((elementType) => ({ type: 'array', elementType, containsNull: true }) as const),
    fc
      .tuple(primitive, tie('type'))
      .map(
        ([keyType, valueType]) =>
          ({ type: 'map', keyType, valueType, valueContainsNull: true }) as const,
      ),
    fc
      .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z][a-z ",()"]{0,6}$/), tie('type')), {
        minLength: 1,
        maxLength: 3,
        selector: ([name]) => name,
      })
      .map(
        (fields) =>
          ({ type: 'struct', fields: fields.map(([n, t]) => nullableField(n, t)) }) as const,
      ),
  ),
}))

test('a type that DuckDB names is the type that was meant', () => {
  fc.assert(
    fc.property(anyType, (type) => {
      expect(fromDuckType(toDuckType(type, 'c'), 'c')).toEqual(type)
    }),
  )
})

test('a type that is shown can be read again', () => {
  fc.assert(
    fc.property(anyType, (type) => {
      const simple = mapNames(type)
      expect(parseTypeText(toTypeText(simple))).toEqual(simple)
    }),
  )
})

/** Databricks' texts leave names unquoted. */
function mapNames(type: DeltaType): DeltaType {
  if (typeof type === 'string') return type
  if (type.type === 'array') return { ...type, elementType: mapNames(type.elementType) }
  if (type.type === 'map') return { ...type, valueType: mapNames(type.valueType) }
  const fields = type.fields.map((field, i): StructField => ({
    ...field,
    name: `f${i}`,
    type: mapNames(field.type),
  }))
  return { ...type, fields }
}

test.each([
  ['UBIGINT', 'decimal(20,0)'],
  ['HUGEINT', 'decimal(38,0)'],
  ["ENUM('a', 'b')", 'string'],
  ['TIMESTAMP_NS', 'timestamp_ntz'],
  ['INTEGER[3]', { type: 'array', elementType: 'integer', containsNull: true }],
])('widens %s', (duck, delta) => {
  expect(fromDuckType(duck, 'c')).toEqual(delta)
})

test.each(['INTERVAL', 'TIME', 'UNION(a INTEGER)', 'BIT'])('refuses %s by name', (duck) => {
  expect(() => fromDuckType(duck, 'c')).toThrow(/Column 'c' has type/)
})
