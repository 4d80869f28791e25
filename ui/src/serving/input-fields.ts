export interface InputField {
  readonly name: string
  readonly kind: 'number' | 'integer' | 'boolean' | 'text'
  readonly required: boolean
}

interface ColumnSchema {
  readonly type?: string | readonly string[]
}

interface RecordSchema {
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, ColumnSchema>>
}

interface BodySchema {
  readonly oneOf?: readonly BodySchema[]
  readonly properties?: { readonly dataframe_records?: { readonly items?: RecordSchema } }
}

function bodyOf(document: unknown): BodySchema | undefined {
  const paths = (document as { readonly paths?: Readonly<Record<string, unknown>> }).paths ?? {}
  const post = (paths['/invocations'] as { readonly post?: unknown } | undefined)?.post as
    | {
        readonly requestBody?: {
          readonly content?: Readonly<Record<string, { readonly schema?: BodySchema }>>
        }
      }
    | undefined
  const schema = post?.requestBody?.content?.['application/json']?.schema
  return schema?.oneOf?.[0] ?? schema
}

function kindOf(column: ColumnSchema): InputField['kind'] {
  const types = typeof column.type === 'string' ? [column.type] : (column.type ?? [])
  if (types.includes('integer')) return 'integer'
  if (types.includes('number')) return 'number'
  return types.includes('boolean') ? 'boolean' : 'text'
}

/** The columns of one row, in the model's order; none when the model takes no named columns. */
export function inputFields(document: unknown): InputField[] {
  const record = bodyOf(document)?.properties?.dataframe_records?.items
  const required = new Set(record?.required ?? [])
  return Object.entries(record?.properties ?? {}).map(([name, column]) => ({
    name,
    kind: kindOf(column),
    required: required.has(name),
  }))
}

/** What was typed, as the model wants it; an empty optional field is left out as null. */
export function toRecord(
  fields: readonly InputField[],
  typed: Readonly<Record<string, string>>,
): Record<string, string | number | boolean | null> {
  return Object.fromEntries(
    fields.map(({ name, kind }) => {
      const text = (typed[name] ?? '').trim()
      if (text === '') return [name, null]
      if (kind === 'boolean') return [name, /^(?:true|yes|1)$/i.test(text)]
      return [name, kind === 'text' || Number.isNaN(Number(text)) ? text : Number(text)]
    }),
  )
}
