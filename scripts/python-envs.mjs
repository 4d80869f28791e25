// Python environments from the pinned files in python/envs, built once with uv and shared.
// Plain JavaScript on Node >= 20, standard library only: the bootstrap runs it before npm ci.
import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'

const repo = fileURLToPath(new URL('..', import.meta.url))
const uvVersion = '0.13.9'

/** What is missing on this machine, in one sentence for the person in front of it. */
export class MissingError extends Error {}

/** Where tools, environments and stamps live: `MILLRACE_HOME`, or `~/.millrace`. */
export function millraceHome(env = process.env) {
  if (env.MILLRACE_HOME) return env.MILLRACE_HOME
  const home = env.HOME ?? homedir()
  return home ? join(home, '.millrace') : join(repo, '.millrace')
}

/** The first Python on the path that is new enough: `{ path, version }`. */
export async function findPython(env = process.env) {
  const candidates = env.MILLRACE_PYTHON
    ? [env.MILLRACE_PYTHON]
    : ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10']
  // Every Python answers this, also the ones that are too old.
  const script =
    'import sys; print(sys.version_info >= (3, 10)); print("%d.%d.%d" % sys.version_info[:3]); print(sys.executable)'
  let tooOld
  for (const candidate of candidates) {
    const { code, stdout } = await run(candidate, ['-I', '-c', script])
    if (code !== 0) continue
    const [isNewEnough, version, path] = stdout.trim().split('\n')
    if (isNewEnough === 'True') return { path, version }
    tooOld ??= version
  }
  const found = tooOld ? `the newest found is ${tooOld}` : 'none was found on the path'
  throw new MissingError(
    `Python 3.10 or newer is needed and ${found}. Install it, or name one with MILLRACE_PYTHON=/path/to/python3.`,
  )
}

/** The path of uv, installed from PyPI into a virtual environment of its own. */
export async function ensureUv(onProgress = () => {}) {
  const folder = join(millraceHome(), 'tools', `uv-${uvVersion}`)
  const uv = join(folder, 'bin', 'uv')
  await buildOnce(folder, async () => {
    onProgress('uv')
    const python = await findPython()
    await must(python.path, ['-I', '-m', 'venv', '--clear', folder], {
      hint: 'Python has no working venv module; on Debian and Ubuntu: apt-get install python3-venv.',
    })
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
    await must(join(folder, 'bin', 'python'), [...pip, `uv==${uvVersion}`], {
      hint: 'uv could not be installed from PyPI; is the package index reachable?',
    })
  })
  return uv
}

/**
 * The interpreter of the environment pinned in `python/envs/<name>.txt`, built when it is not there.
 * Two processes that ask at the same time build it once.
 */
export async function ensurePythonEnv(name, onProgress = () => {}) {
  const file = join(repo, 'python', 'envs', `${name}.txt`)
  const pins = await readFile(file, 'utf8').catch(() => {
    throw new Error(`There is no Python environment '${name}': python/envs/${name}.txt is missing`)
  })
  const wanted = await findPython()
  const hash = createHash('sha256').update(`${wanted.version}\n${pins}`).digest('hex').slice(0, 12)
  const folder = join(millraceHome(), 'envs', `${name}-${hash}`)
  const python = join(folder, 'bin', 'python')
  await buildOnce(folder, async () => {
    const uv = await ensureUv(onProgress)
    onProgress(`Python packages: ${name}`)
    const hint = `The Python environment '${name}' could not be built.`
    await must(uv, ['venv', '--quiet', '--clear', '--python', wanted.path, folder], { hint })
    const install = ['pip', 'install', '--quiet', '--python', python, '--requirement', file]
    await must(uv, install, { hint })
  })
  return python
}

/** The environment variables under which uv behaves the same for everyone. */
export function uvEnvironment(env = process.env) {
  return {
    UV_CACHE_DIR: join(millraceHome(env), 'uv-cache'),
    UV_PYTHON_DOWNLOADS: 'never',
    // The machine's certificates, as npm and pip use: a company's proxy has its own.
    UV_SYSTEM_CERTS: 'true',
    ...env,
  }
}

// A folder is whole once its marker is there. The lock file names the builder, so that a builder
// that was killed does not block the next one.
async function buildOnce(folder, build) {
  const marker = join(folder, '.ready')
  if (existsSync(marker)) return
  const release = await takeLock(`${folder}.lock`)
  try {
    if (existsSync(marker)) return
    await rm(folder, { recursive: true, force: true })
    await build()
    await writeFile(marker, '')
  } finally {
    await release()
  }
}

async function takeLock(path) {
  await mkdir(join(path, '..'), { recursive: true })
  const mine = `${path}-${process.pid}-${randomUUID()}`
  for (;;) {
    // Linked, so that a lock never is there without its holder's name.
    await writeFile(mine, String(process.pid))
    try {
      await link(mine, path)
      return () => rm(path, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    } finally {
      await rm(mine, { force: true })
    }
    const holder = await readFile(path, 'utf8').catch(() => undefined)
    // Without a name it is of a version that did not write them in one step, and was killed between.
    if (holder !== undefined && !isAlive(Number(holder))) await rm(path, { force: true })
    else await delay(200)
  }
}

function isAlive(pid) {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

async function must(command, args, { hint }) {
  const { code, stderr, stdout } = await run(command, args)
  if (code === 0) return
  const help = {
    folder: millraceHome(),
    registry: 'The Python package index',
    remedy: 'check the network, or name another index with PIP_INDEX_URL and UV_DEFAULT_INDEX',
  }
  throw new MissingError(explainFailure(hint, `${stderr}\n${stdout}`, help))
}

/** What a person does about a disk that is full. */
export function diskFull(folder) {
  return `The disk is full; free some space below ${folder} and start again.`
}

const fullDisk = /ENOSPC|No space left on device|os error 28/
const noNetwork =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|NewConnectionError|Failed to establish a new connection|dns error|error sending request|tcp connect error/

/** One sentence for the usual reasons why a package manager fails; else what it said. */
export function explainFailure(what, said, { folder, registry, remedy }) {
  if (fullDisk.test(said)) return diskFull(folder)
  const [cause] = noNetwork.exec(said) ?? []
  if (cause) return `${registry} cannot be reached (${cause}): ${remedy}.`
  return `${what}\n${said.trim().slice(-2000)}`
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: uvEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('error', (error) => resolve({ code: 127, stdout, stderr: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }))
  })
}

/** `PATH` with the environment's own programs first. */
export function pathWith(python, env = process.env) {
  return [join(python, '..'), env.PATH].filter(Boolean).join(delimiter)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const name of process.argv.slice(2)) {
    const python = await ensurePythonEnv(name, (step) => process.stderr.write(`${step} ...\n`))
    process.stdout.write(`${python}\n`)
  }
}
