/** Column mapping by name: files keep physical names, which the schema's metadata holds. */
import { isStruct, quoteName, type DeltaType, type StructField } from '../delta/schema.ts'

export function physicalName(field: StructField): string {
  const name = field.metadata['delta.columnMapping.physicalName']
  return typeof name === 'string' ? name : field.name
}

/** The type as it is in the files, with physical names in its structs. */
export function storedType(type: DeltaType): DeltaType {
  if (typeof type === 'string') return type
  if (type.type === 'array') return { ...type, elementType: storedType(type.elementType) }
  if (type.type === 'map') {
    return { ...type, keyType: storedType(type.keyType), valueType: storedType(type.valueType) }
  }
  const fields = type.fields.map((field) => ({
    ...field,
    name: physicalName(field),
    type: storedType(field.type),
  }))
  return { ...type, fields }
}

/** Whether something inside the type has a physical name of its own. */
export function isRenamed(type: DeltaType): boolean {
  if (typeof type === 'string') return false
  if (type.type === 'array') return isRenamed(type.elementType)
  if (type.type === 'map') return isRenamed(type.keyType) || isRenamed(type.valueType)
  return type.fields.some((field) => physicalName(field) !== field.name || isRenamed(field.type))
}

/** An expression that gives the structs inside a stored value their names in the schema. */
export function renameNested(value: string, type: DeltaType, depth: number = 0): string {
  if (typeof type === 'string' || !isRenamed(type)) return value
  const item = `x${depth}`
  if (type.type === 'array') {
    return `list_transform(${value}, lambda ${item}: ${renameNested(item, type.elementType, depth + 1)})`
  }
  if (type.type === 'map') {
    const key = renameNested(`${item}.key`, type.keyType, depth + 1)
    const inner = renameNested(`${item}.value`, type.valueType, depth + 1)
    const entry = `{key: ${key}, value: ${inner}}`
    return `map_from_entries(list_transform(map_entries(${value}), lambda ${item}: ${entry}))`
  }
  if (!isStruct(type)) return value
  const fields = type.fields.map((field) => {
    const stored = `(${value})[${quoteField(physicalName(field))}]`
    return `${quoteName(field.name)}: ${renameNested(stored, field.type, depth + 1)}`
  })
  return `case when ${value} is null then null else {${fields.join(', ')}} end`
}

function quoteField(name: string): string {
  return `'${name.replaceAll("'", "''")}'`
}
