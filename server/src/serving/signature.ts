import { parse } from 'yaml'
import { servingErrors } from './errors.ts'

/** Column types of an MLflow signature that a row can carry. */
export const CellType = {
  Boolean: 'boolean',
  Integer: 'integer',
  Long: 'long',
  Float: 'float',
  Double: 'double',
  String: 'string',
  Datetime: 'datetime',
  /** Objects, arrays, maps and binary: handed to a Python model as they came. */
  Any: 'any',
} as const
export type CellType = (typeof CellType)[keyof typeof CellType]

export interface SignatureColumn {
  readonly name: string
  readonly type: CellType
  readonly required: boolean
}

export interface SignatureParam {
  readonly name: string
  readonly type: CellType
  readonly default: unknown
  /** Whether a list is expected. */
  readonly list: boolean
}

/** What an MLmodel file says a model takes. */
export type ModelInputs =
  | { readonly kind: 'columns'; readonly columns: readonly SignatureColumn[] }
  /** Rows of numbers without names; `width` is undefined when the signature leaves it open. */
  | { readonly kind: 'tensor'; readonly type: CellType; readonly width: number | undefined }
  /** No signature: whatever comes is handed on. */
  | { readonly kind: 'none' }

export interface ModelFile {
  readonly inputs: ModelInputs
  readonly params: readonly SignatureParam[]
  /** Of the one output; undefined when there are several or none is known. */
  readonly outputType: CellType | undefined
  readonly flavors: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** `predict`, `predict_proba`, …: what the Python flavour calls. */
  readonly predictFn: string
  readonly inputExample: string | undefined
}

const cellTypes = new Set<string>(Object.values(CellType))

/** Reads the text of an MLmodel file. `model` names it in errors. */
export function parseModelFile(text: string, model: string): ModelFile {
  const file = asRecord(parseYaml(text, model))
  const flavors = asRecord(file['flavors']) as ModelFile['flavors']
  const python = flavors['python_function']
  if (!python) {
    const found = Object.keys(flavors).join(', ') || 'none'
    throw servingErrors.SERVING_SIGNATURE_INVALID(
      model,
      `its MLmodel file has no python_function flavor (found: ${found})`,
    )
  }
  const signature = asRecord(file['signature'])
  const example = asRecord(file['saved_input_example_info'])['artifact_path']
  return {
    inputs: parseInputs(decode(signature['inputs'], model), model),
    params: parseParams(decode(signature['params'], model)),
    outputType: parseOutput(decode(signature['outputs'], model)),
    flavors,
    predictFn: asText(python['predict_fn']) ?? 'predict',
    inputExample: asText(example),
  }
}

function parseYaml(text: string, model: string): unknown {
  try {
    return parse(text)
  } catch (cause) {
    throw servingErrors
      .SERVING_SIGNATURE_INVALID(model, 'its MLmodel file is not valid YAML')
      .with({ cause })
  }
}

// MLflow keeps the lists of a signature as JSON inside the YAML.
function decode(value: unknown, model: string): readonly Record<string, unknown>[] {
  if (value === undefined || value === null || value === '') return []
  try {
    const list: unknown = typeof value === 'string' ? JSON.parse(value) : value
    if (Array.isArray(list)) return list.map(asRecord)
  } catch {
    // Told below, with what was expected.
  }
  throw servingErrors.SERVING_SIGNATURE_INVALID(model, 'its signature is not a list of columns')
}

function parseInputs(list: readonly Record<string, unknown>[], model: string): ModelInputs {
  const first = list[0]
  if (first === undefined) return { kind: 'none' }
  if (first['type'] === 'tensor') {
    if (list.length > 1) {
      throw servingErrors.SERVING_SIGNATURE_INVALID(
        model,
        `its signature has ${list.length} tensors; a model of one tensor or of named columns is supported`,
      )
    }
    const spec = asRecord(first['tensor-spec'])
    const shape = Array.isArray(spec['shape']) ? spec['shape'] : []
    const width = Number(shape.length === 2 ? shape[1] : -1)
    return {
      kind: 'tensor',
      type: tensorType(asText(spec['dtype']) ?? ''),
      width: width > 0 ? width : undefined,
    }
  }
  return { kind: 'columns', columns: list.map(parseColumn) }
}

function parseOutput(list: readonly Record<string, unknown>[]): CellType | undefined {
  const [only, another] = list
  if (only === undefined || another !== undefined) return undefined
  if (only['type'] !== 'tensor') return cellType(asText(only['type']) ?? '')
  const spec = asRecord(only['tensor-spec'])
  const shape = Array.isArray(spec['shape']) ? spec['shape'] : []
  return shape.length <= 1 || shape[1] === 1 ? tensorType(asText(spec['dtype']) ?? '') : undefined
}

function parseColumn(column: Record<string, unknown>, index: number): SignatureColumn {
  return {
    name: asText(column['name']) ?? String(index),
    type: cellType(String(column['type'])),
    required: column['required'] !== false,
  }
}

function parseParams(list: readonly Record<string, unknown>[]): SignatureParam[] {
  return list.map((param) => ({
    name: String(param['name']),
    type: cellType(String(param['dtype'] ?? param['type'])),
    default: param['default'],
    list: Array.isArray(param['shape']),
  }))
}

function cellType(type: string): CellType {
  return cellTypes.has(type) ? (type as CellType) : CellType.Any
}

function tensorType(dtype: string): CellType {
  if (dtype === 'float32') return CellType.Float
  if (dtype.startsWith('float')) return CellType.Double
  if (dtype.startsWith('int') || dtype.startsWith('uint')) return CellType.Long
  if (dtype === 'bool') return CellType.Boolean
  if (dtype === 'str' || dtype === 'object') return CellType.String
  return CellType.Any
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
