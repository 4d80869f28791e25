import { fromDuckType, nullableField, type DeltaType, type StructType } from '../delta/schema.ts'
import type { Session } from './engine.ts'

/** The columns of a query; a type that no table can hold is refused. */
export function describeQuery(session: Session, query: string): Promise<StructType> {
  return describeAs(session, query, fromDuckType)
}

/** The columns of an answer, which may hold types that no table can, such as INTERVAL. */
export function describeAnswer(session: Session, query: string): Promise<StructType> {
  return describeAs(session, query, fromAnswerType)
}

async function describeAs(
  session: Session,
  query: string,
  toType: (text: string, column: string) => DeltaType,
): Promise<StructType> {
  const rows = await session.rows(`describe ${query}`)
  const fields = rows.map(([name, type]) =>
    nullableField(String(name), toType(String(type), String(name))),
  )
  return { type: 'struct', fields }
}

/** A type of DuckDB's that no table can hold is shown as text. */
export function fromAnswerType(text: string): DeltaType {
  try {
    return fromDuckType(text, '')
  } catch {
    return 'string'
  }
}
