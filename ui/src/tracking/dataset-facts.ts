import type { DatasetInput } from './wire.ts'

export interface DatasetColumn {
  readonly name: string
  readonly type: string
  readonly required: boolean
}

export interface DatasetFacts {
  readonly columns: readonly DatasetColumn[]
  /** What was counted when it was logged: `num_rows`, `num_elements`, … */
  readonly profile: readonly { readonly name: string; readonly value: string }[]
  /** Where it came from, as far as it says. */
  readonly source: string | undefined
}

/** What a run says of a dataset it read. Whatever is not MLflow's notation is left out. */
export function datasetFacts({ dataset }: DatasetInput): DatasetFacts {
  return {
    columns: columnsOf(parse(dataset.schema)),
    profile: profileOf(parse(dataset.profile)),
    source: sourceOf(dataset.source),
  }
}

function parse(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}

function columnsOf(schema: unknown): DatasetColumn[] {
  const found = field(schema, 'mlflow_colspec')
  // Arrays describe themselves as `{"mlflow_tensorspec": {"features": "[…]"}}`.
  const tensors = field(schema, 'mlflow_tensorspec')
  if (!Array.isArray(found)) return tensors === undefined ? [] : tensorColumns(tensors)
  return found.map((column: unknown, index) => ({
    name: text(field(column, 'name')) || `column ${index + 1}`,
    type: text(field(column, 'type')),
    required: field(column, 'required') === true,
  }))
}

function tensorColumns(tensors: unknown): DatasetColumn[] {
  if (typeof tensors !== 'object' || tensors === null) return []
  return Object.entries(tensors)
    .filter(([, spec]) => spec !== null)
    .map(([name, spec]) => ({ name, type: text(spec), required: true }))
}

function profileOf(profile: unknown): { name: string; value: string }[] {
  if (typeof profile !== 'object' || profile === null || Array.isArray(profile)) return []
  return Object.entries(profile).map(([name, value]) => ({
    name: name.replace(/^num_/, '').replaceAll('_', ' '),
    value: typeof value === 'number' ? value.toLocaleString('en-US') : text(value),
  }))
}

function sourceOf(source: string | undefined): string | undefined {
  const parsed = parse(source)
  for (const name of ['url', 'uri', 'path', 'delta_table_name']) {
    const found = field(parsed, name)
    if (typeof found === 'string' && found !== '') return found
  }
  return undefined
}
