import { CheckKind, type CheckResult } from '../types.ts'
import type { Check } from './check.ts'

/** The model says what it takes, and takes nothing that it may not. */
export const checkSchema: Check = ({ contract, inputs }) => {
  const { schema } = contract
  if (!schema) return []
  const common = { kind: CheckKind.Schema, champion: null, rows: null }
  const results: CheckResult[] = []
  if (schema.signature === 'required') {
    const value = inputs ? `${inputs.length} inputs` : 'no signature'
    results.push({
      ...common,
      id: 'schema.signature',
      passed: inputs !== undefined,
      value,
      limit: 'a signature is required',
    })
  }
  for (const column of schema.forbidden_inputs ?? []) {
    const taken = inputs?.includes(column) ?? false
    results.push({
      ...common,
      id: `schema.forbidden.${column}`,
      passed: !taken,
      value: taken ? 'is an input' : 'is no input',
      limit: 'must not be an input',
    })
  }
  return results
}
