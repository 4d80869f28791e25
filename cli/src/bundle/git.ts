import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { GitState } from './types.ts'

const run = promisify(execFile)
const largestDiff = 4 * 1024 * 1024

/** Output of a git command in `folder`, or `undefined` when it fails: no repository, no commit. */
async function git(folder: string, ...args: string[]): Promise<string | undefined> {
  return run('git', ['-C', folder, ...args], { maxBuffer: largestDiff }).then(
    ({ stdout }) => stdout,
    () => undefined,
  )
}

export async function readGitState(folder: string): Promise<GitState> {
  const commit = (await git(folder, 'rev-parse', 'HEAD'))?.trim()
  const branch = (await git(folder, 'branch', '--show-current'))?.trim()
  const changes = commit === undefined ? '' : await git(folder, 'diff', 'HEAD', '--', '.')
  const added: string[] = []
  for (const path of await listUntracked(folder)) added.push(await describeNewFile(folder, path))
  const dirtyDiff = (changes ?? 'The uncommitted changes are too large to keep\n') + added.join('')
  return { commit, branch: branch || undefined, dirtyDiff }
}

/** Tracked and new files below `folder`, without ignored ones; `undefined` outside a repository. */
export async function listGitFiles(folder: string): Promise<string[] | undefined> {
  const listed = await git(folder, 'ls-files', '-z', '--cached', '--others', '--exclude-standard')
  return listed?.split('\0').filter((path) => path !== '')
}

async function listUntracked(folder: string): Promise<string[]> {
  const listed = await git(folder, 'ls-files', '-z', '--others', '--exclude-standard')
  return (listed ?? '').split('\0').filter((path) => path !== '')
}

// `git diff --no-index` ends with 1 when the files differ, which is what is asked here.
async function describeNewFile(folder: string, path: string): Promise<string> {
  const args = ['-C', folder, 'diff', '--no-index', '--', '/dev/null', path]
  return run('git', args, { maxBuffer: largestDiff }).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? `new file ${path}\n`,
  )
}
