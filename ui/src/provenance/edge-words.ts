const words: Readonly<Record<string, string>> = {
  READ: 'read',
  WROTE: 'wrote',
  USED_ENVIRONMENT: 'ran in',
  USED_CODE: 'ran',
  PART_OF: 'is part of',
  LOGGED: 'logged',
  TRAINED: 'trained',
  REGISTERED: 'was registered as',
  CHECKED: 'checked',
  APPROVED: 'approved',
  REJECTED: 'rejected',
  SERVED: 'is served by',
  SCORED: 'scored',
}

export function edgeWord(kind: string): string {
  return words[kind] ?? kind.toLowerCase().replaceAll('_', ' ')
}

/** Facts whose arrow points against time: what was read comes before its reader. */
const backwards = new Set(['READ', 'USED_ENVIRONMENT', 'USED_CODE', 'PART_OF'])

export function pointsBack(kind: string): boolean {
  return backwards.has(kind)
}
