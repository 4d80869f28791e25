import { tablesErrors } from '../errors.ts'

/** Properties of Delta that we keep to. */
const honoured = new Set([
  'delta.appendonly',
  'delta.checkpointinterval',
  'delta.logretentionduration',
  'delta.deletedfileretentionduration',
  'delta.minreaderversion',
  'delta.minwriterversion',
  'delta.enableincommittimestamps',
])

/** Properties that are honoured as long as they switch nothing on. */
const neutral: Readonly<Record<string, string>> = {
  'delta.columnmapping.mode': 'none',
  'delta.enabledeletionvectors': 'false',
  'delta.enablechangedatafeed': 'false',
  'delta.enablerowtracking': 'false',
  'delta.enabletypewidening': 'false',
}

/** Refuses a property of Delta that would change nothing here. */
export function checkProperties(properties: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(properties)) {
    const lower = key.toLowerCase()
    if (!lower.startsWith('delta.') || honoured.has(lower)) continue
    if (neutral[lower] === value.toLowerCase()) continue
    throw tablesErrors.TABLES_STATEMENT_UNSUPPORTED(`Table property ${key} = ${value}`)
  }
}
