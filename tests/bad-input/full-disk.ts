import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Makes the disk full for a process and all that it has started or will start: no file of theirs may
 * grow beyond `bytes`, as a full disk would have it. `unlimited` gives the space back.
 */
export async function limitFiles(pid: number, bytes: number | 'unlimited'): Promise<void> {
  for (const one of [pid, ...(await descendants(pid))]) {
    await run('prlimit', ['--pid', String(one), `--fsize=${bytes}:unlimited`]).catch(ignoreEnded)
  }
}

function ignoreEnded(error: Error): void {
  if (!error.message.includes('No such process')) throw error
}

async function descendants(pid: number): Promise<number[]> {
  const parents = new Map<number, number>()
  for (const name of await readdir('/proc')) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    const parent = /\) \S (\d+)/.exec(stat)?.[1]
    if (parent) parents.set(Number(name), Number(parent))
  }
  const found = [pid]
  for (const one of found) {
    for (const [child, parent] of parents) if (parent === one) found.push(child)
  }
  return found.slice(1)
}
