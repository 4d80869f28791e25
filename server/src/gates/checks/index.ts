import { checkAgainstChampion } from './champion.ts'
import type { Check } from './check.ts'
import { checkDocuments } from './document.ts'
import { checkSchema } from './schema.ts'
import { checkSlices } from './slice.ts'
import { checkThresholds } from './threshold.ts'

/** Every kind of check, in the order of an evaluation. */
export const checks: readonly Check[] = [
  checkSchema,
  checkThresholds,
  checkAgainstChampion,
  checkSlices,
  checkDocuments,
]
