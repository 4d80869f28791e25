import { CheckKind } from '../types.ts'
import type { Check } from './check.ts'

/** Each required document is an artifact of the run and has something in it. */
export const checkDocuments: Check = ({ contract, documents }) =>
  (contract.documents ?? []).map((path) => {
    const bytes = documents.get(path)
    return {
      kind: CheckKind.Document,
      id: `document.${path}`,
      passed: bytes !== undefined && bytes > 0,
      value: bytes === undefined ? 'missing' : `${bytes} bytes`,
      limit: 'logged with the run, and not empty',
      champion: null,
      rows: null,
    }
  })
