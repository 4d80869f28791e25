/**
 * The files that a task's code is made of: its own, every Python file that it imports, directly or
 * not, and all that is no Python, because code may read it. Found by looking at the import lines;
 * where code imports in a way that lines do not show, every file counts.
 */

export interface CodeFile {
  readonly path: string
  readonly hash: string
  /** Whether its text can import others. */
  readonly isCode: boolean
}

/** The paths of the closure. `read` answers the text of a file. */
export async function closureOf(
  entry: string,
  files: readonly CodeFile[],
  read: (path: string) => Promise<string>,
): Promise<Set<string>> {
  const code = files.filter((file) => file.isCode)
  const found = new Set(files.filter((file) => !file.isCode).map((file) => file.path))
  const open = [entry]
  found.add(entry)
  for (const path of open) {
    const names = importsOf(await read(path))
    if (!names) return new Set(files.map((file) => file.path))
    for (const file of code) {
      if (found.has(file.path) || !names.some((name) => isMeant(file.path, name))) continue
      found.add(file.path)
      open.push(file.path)
    }
  }
  return found
}

const hidden = /\b(?:importlib|__import__|runpy|exec|eval|pkgutil|dbutils\.notebook\.run)\b/
const importLine = /^[\s>]*import\s+([^#;\n]+)/gm
const fromLine = /^[\s>]*from\s+(\.*[\w.]*)\s+import\s+(\([^)]*\)|[^#;\n]+)/gm
const runLine = /%run\s+["']?([^\s"']+)/g

/** Dotted names that the text may import; undefined when they cannot all be seen. */
export function importsOf(text: string): string[] | undefined {
  const source = sourceOf(text)
  if (hidden.test(source)) return undefined
  const names = new Set<string>()
  for (const match of source.matchAll(importLine)) {
    for (const name of listed(match[1])) withParents(name, names)
  }
  for (const match of source.matchAll(fromLine)) {
    const base = match[1]?.replace(/^\.+/, '') ?? ''
    const prefix = base === '' ? '' : `${base}.`
    for (const name of listed(match[2])) withParents(`${prefix}${name}`, names)
    withParents(base, names)
  }
  for (const match of source.matchAll(runLine)) {
    names.add(match[1]?.replace(/^[./]+/, '').replaceAll('/', '.') ?? '')
  }
  names.delete('')
  return [...names]
}

/** The cells of an .ipynb; any other text as it is. */
function sourceOf(text: string): string {
  if (!text.trimStart().startsWith('{')) return joined(text)
  try {
    const { cells } = JSON.parse(text) as { cells?: { source?: string | string[] }[] }
    return joined((cells ?? []).map(({ source = '' }) => [source].flat().join('')).join('\n'))
  } catch {
    return joined(text)
  }
}

// Lines that go on, and statements that share a line, are lines of their own for us.
function joined(text: string): string {
  return text.replaceAll(/\\\r?\n/g, ' ').replaceAll(/[;:]\s*(?=(?:import|from)\s)/g, '\n')
}

function listed(list = ''): string[] {
  return list
    .replaceAll(/[()]|#.*$/gm, ' ')
    .split(',')
    .map((item) => item.trim().split(/\s+as\s+/)[0] ?? '')
    .filter((name) => /^[\w.]+$/.test(name))
}

/** `a.b.c` runs `a/__init__.py` and `a/b/__init__.py` as well. */
function withParents(name: string, names: Set<string>): void {
  const parts = name.split('.')
  for (let length = 1; length <= parts.length; length += 1) {
    names.add(parts.slice(0, length).join('.'))
  }
}

// Wherever the import path begins, the module is a file whose path ends with its name.
function isMeant(path: string, name: string): boolean {
  const dotted = path
    .replace(/\.(py|ipynb)$/, '')
    .replace(/\/__init__$/, '')
    .replaceAll('/', '.')
  return dotted === name || dotted.endsWith(`.${name}`)
}
