import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensurePythonEnv, explainFailure, MissingError } from '../python-envs.mjs'
import { capture, projectNode, repo } from './exec.mjs'

const npmHelp = {
  folder: repo,
  registry: 'The npm registry',
  remedy: 'check the network, or name another registry with: npm config set registry URL',
}
const stamp = join(repo, 'node_modules', '.millrace-installed')

/** `npm ci`, when the lock file is not the one that was installed. */
export async function installPackages(progress) {
  const lock = await readFile(join(repo, 'package-lock.json'))
  const wanted = createHash('sha256').update(lock).digest('hex')
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return
  await progress.step('npm packages', async () => {
    // Whatever stops this half-way must not leave a stamp that says it is done.
    await rm(stamp, { force: true })
    const { code, output } = await capture('npm', ['ci', '--no-audit', '--no-fund'])
    if (code === 127) {
      throw new MissingError('npm is needed and was not found on the path. It comes with Node.')
    }
    if (code !== 0) throw new MissingError(explainFailure('npm ci failed', output, npmHelp))
    if (!existsSync(join(repo, 'node_modules', 'node', 'bin', 'node'))) {
      throw new MissingError(
        'npm did not install Node 24: the install script of the package "node" did not run. Run npm with ignore-scripts=false.',
      )
    }
    await writeFile(stamp, wanted)
  })
}

/** The Python environments, one after the other: they share uv's cache. */
export async function preparePython(names, progress) {
  for (const name of names) {
    const started = ensurePythonEnv(name)
    if (await isQuick(started)) continue
    await progress.step(`Python packages: ${name}`, () => started)
  }
}

/** One file of JavaScript for the server and the command line: starts faster and needs less memory. */
export async function buildServer(progress) {
  const built = await mtime(join(repo, 'cli', 'dist', 'millrace.js'))
  const sources = [
    'server/src',
    'cli/src',
    'sdk/src',
    'scripts/build-server.mjs',
    'package-lock.json',
  ]
  if (built > (await newest(sources))) return
  await progress.step('server', () => node(['scripts/build-server.mjs']))
}

/** The web pages that the server serves. */
export async function buildUi(progress) {
  if (!existsSync(join(repo, 'ui', 'index.html'))) return
  const built = await mtime(join(repo, 'ui', 'dist', 'index.html'))
  const sources = [
    'ui/src',
    'ui/index.html',
    'ui/vite.config.ts',
    'ui/package.json',
    'package-lock.json',
  ]
  if (built > (await newest(sources))) return
  const vite = join(repo, 'node_modules', 'vite', 'bin', 'vite.js')
  await progress.step('web pages', () => node([vite, 'build', '--logLevel', 'warn'], 'ui'))
}

async function node(args, folder = '.') {
  const { code, output } = await capture(projectNode(), args, { cwd: join(repo, folder) })
  if (code !== 0) throw new MissingError(`${args[0]} failed:\n${output.slice(-3000)}`)
}

async function isQuick(promise) {
  const timeout = new Promise((resolve) => setTimeout(resolve, 150, false).unref())
  return Promise.race([promise.then(() => true), timeout])
}

/** Milliseconds of the newest change below the paths; 0 where there is nothing. */
async function newest(paths) {
  const times = await Promise.all(
    paths.map(async (path) => {
      const full = join(repo, path)
      const entries = await readdir(full, { recursive: true }).catch(() => [])
      const all = await Promise.all([full, ...entries.map((name) => join(full, name))].map(mtime))
      return Math.max(0, ...all)
    }),
  )
  return Math.max(...times)
}

async function mtime(path) {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => 0,
  )
}
