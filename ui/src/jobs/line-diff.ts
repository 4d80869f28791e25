export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/**
 * The fewest lines to remove and add to make one text of the other (E. W. Myers, "An O(ND) Difference
 * Algorithm and Its Variations", 1986).
 */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = before.replace(/\n$/, '').split('\n')
  const b = after.replace(/\n$/, '').split('\n')
  const trace = furthest(a, b)
  if (trace !== undefined) return walkBack(a, b, trace)
  return [
    ...a.map((text): DiffLine => ({ kind: 'removed', text })),
    ...b.map((text): DiffLine => ({ kind: 'added', text })),
  ]
}

/** Texts that differ more are another text; to find the fewest edits would take too long. */
const mostEdits = 1500

/** For each number of edits, how far along each diagonal one comes. */
function furthest(
  a: readonly string[],
  b: readonly string[],
): ReadonlyMap<number, number>[] | undefined {
  const reach = new Map<number, number>([[1, 0]])
  const trace: ReadonlyMap<number, number>[] = []
  for (let edits = 0; edits <= mostEdits; edits += 1) {
    trace.push(new Map(reach))
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down = goesDown(reach, diagonal, edits)
      let x = down ? (reach.get(diagonal + 1) ?? 0) : (reach.get(diagonal - 1) ?? 0) + 1
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1
      reach.set(diagonal, x)
      if (x >= a.length && x - diagonal >= b.length) return trace
    }
  }
  return undefined
}

function goesDown(reach: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  if (diagonal === -edits) return true
  return diagonal !== edits && (reach.get(diagonal - 1) ?? -1) < (reach.get(diagonal + 1) ?? -1)
}

function walkBack(
  a: readonly string[],
  b: readonly string[],
  trace: readonly ReadonlyMap<number, number>[],
): DiffLine[] {
  const lines: DiffLine[] = []
  let x = a.length
  let y = b.length
  for (const [edits, reach] of [...trace.entries()].toReversed()) {
    const { startX, startY, down } = stepBefore(reach, x - y, edits)
    for (; x > startX && y > startY; x -= 1, y -= 1) {
      lines.push({ kind: 'same', text: a[x - 1] ?? '' })
    }
    if (edits > 0) lines.push(edited(down, a[startX], b[startY]))
    x = startX
    y = startY
  }
  return lines.toReversed()
}

function edited(down: boolean, removed: string | undefined, added: string | undefined): DiffLine {
  return down ? { kind: 'added', text: added ?? '' } : { kind: 'removed', text: removed ?? '' }
}

/** Where the last edit on the way to a diagonal began. */
function stepBefore(
  reach: ReadonlyMap<number, number>,
  diagonal: number,
  edits: number,
): { readonly startX: number; readonly startY: number; readonly down: boolean } {
  const down = goesDown(reach, diagonal, edits)
  if (edits === 0) return { startX: 0, startY: 0, down }
  const from = down ? diagonal + 1 : diagonal - 1
  const startX = reach.get(from) ?? 0
  return { startX, startY: startX - from, down }
}

/** Without what is far from any change; a gap says how many lines it leaves out. */
export function hunksOf(
  lines: readonly DiffLine[],
  around = 3,
): readonly (DiffLine | { readonly kind: 'gap'; readonly count: number })[] {
  const near = new Set<number>()
  lines.forEach((line, index) => {
    if (line.kind === 'same') return
    for (let other = index - around; other <= index + around; other += 1) near.add(other)
  })
  const shown: (DiffLine | { readonly kind: 'gap'; readonly count: number })[] = []
  let hidden = 0
  for (const [index, line] of lines.entries()) {
    if (!near.has(index)) {
      hidden += 1
      continue
    }
    if (hidden > 0) shown.push({ kind: 'gap', count: hidden })
    hidden = 0
    shown.push(line)
  }
  if (hidden > 0) shown.push({ kind: 'gap', count: hidden })
  return shown
}
