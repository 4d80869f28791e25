import { existsSync } from 'node:fs'
import { mkdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { findPython, millraceHome, MissingError } from '../python-envs.mjs'
import { capture, repo } from './exec.mjs'

/** A fresh install takes about this much, Python packages and their cache included. */
const installBytes = 4 * 1024 ** 3
const runBytes = 512 * 1024 ** 2

/** Throws one sentence that says what is missing on this machine. */
export async function checkMachine() {
  await findPython()
  if ((await capture('git', ['--version'])).code !== 0) {
    throw new MissingError('git is needed and was not found on the path. Install git.')
  }
  const home = millraceHome()
  await mkdir(home, { recursive: true }).catch((error) => {
    throw new MissingError(
      `The folder ${home} cannot be made (${error.code}). Name another with MILLRACE_HOME=/some/folder.`,
    )
  })
  const installed = existsSync(join(repo, 'node_modules', 'node'))
  for (const folder of [repo, home]) {
    await needSpace(folder, installed ? runBytes : installBytes)
  }
}

async function needSpace(folder, bytes) {
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize >= bytes) return
  const gigabytes = (count) => `${(count / 1024 ** 3).toFixed(1)} GB`
  throw new MissingError(
    `The disk of ${folder} has ${gigabytes(bavail * bsize)} free and ${gigabytes(bytes)} are needed. Free some space.`,
  )
}
