import { glob, readFile, stat } from 'node:fs/promises'
import { join, matchesGlob, relative } from 'node:path'
import { listGitFiles } from './git.ts'
import type { Bundle } from './types.ts'

const neverUploaded = ['.git', '.millrace', '.databricks', 'node_modules', '__pycache__']

/** Paths, relative to the bundle's folder, of the files that a deploy uploads. */
export async function listBundleFiles(bundle: Bundle): Promise<string[]> {
  const candidates = (await listGitFiles(bundle.folder)) ?? (await walk(bundle.folder))
  const wanted = candidates.filter(
    (path) =>
      !path.split('/').some((part) => neverUploaded.includes(part)) &&
      !bundle.exclude.some((pattern) => matchesGlob(path, pattern)),
  )
  const present = await Promise.all(wanted.map(async (path) => [path, await isFile(bundle, path)]))
  return present
    .flatMap(([path, exists]) => (exists && typeof path === 'string' ? [path] : []))
    .toSorted()
}

export function readBundleFile(bundle: Bundle, path: string): Promise<Uint8Array> {
  return readFile(join(bundle.folder, path))
}

async function walk(folder: string): Promise<string[]> {
  const found: string[] = []
  const exclude = (entry: { name: string }): boolean => neverUploaded.includes(entry.name)
  for await (const entry of glob('**/*', { cwd: folder, withFileTypes: true, exclude })) {
    if (entry.isFile()) found.push(relative(folder, join(entry.parentPath, entry.name)))
  }
  return found
}

async function isFile(bundle: Bundle, path: string): Promise<boolean> {
  return stat(join(bundle.folder, path)).then(
    (found) => found.isFile(),
    () => false,
  )
}
