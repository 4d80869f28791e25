import { spawn, type ChildProcess } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A checkout with an empty home on a machine that has only the programs we put there. */
export interface Machine extends AsyncDisposable {
  /** Puts a program on the path: the body of a shell script. */
  readonly program: (name: string, body: string) => Promise<void>
  readonly without: (name: string) => Promise<void>
  /** Gives back a program as it was at first. */
  readonly repair: (name: string) => Promise<void>
  /** Starts `npm run install` and waits for its end. */
  readonly start: (options?: StartOptions) => Promise<Outcome>
  /** Starts it, waits until a program has noted `calls`, and kills it. */
  readonly startAndKill: (call: string) => Promise<void>
  /** The programs' notes of how they were called. */
  readonly calls: () => Promise<readonly string[]>
}

interface StartOptions {
  /** What the running Node says that it is. */
  readonly nodeVersion?: string
}

export interface Outcome {
  readonly code: number
  readonly stderr: string
  readonly stdout: string
}

const fakePython = `
note python "$@"
case "$*" in
  *sys.version_info*) echo True; echo 3.11.4; echo "$0" ;;
  *"-m venv"*) for last; do :; done; mkdir -p "$last/bin"; cp "$0" "$last/bin/python"; ln -s "$(dirname "$0")/fake-uv" "$last/bin/uv" ;;
  *"-m pip"*) ;;
esac`

const fakeUv = `
note uv "$@"
case "$1" in
  venv) for last; do :; done; mkdir -p "$last/bin"; touch "$last/bin/python" ;;
esac`

const fakeNpm = `
note npm "$@"
mkdir -p node_modules/node/bin
ln -sf '${process.execPath}' node_modules/node/bin/node`

const programs: Readonly<Record<string, string>> = {
  python3: fakePython,
  'fake-uv': fakeUv,
  git: 'note git "$@"',
  npm: fakeNpm,
}

export async function emptyMachine(): Promise<Machine> {
  const root = await mkdtemp(join(tmpdir(), 'millrace-machine-'))
  const repo = join(root, 'repo')
  const bin = join(root, 'bin')
  const notes = join(root, 'calls')
  for (const path of ['scripts/run.mjs', 'scripts/python-envs.mjs', 'scripts/bootstrap']) {
    await cp(path, join(repo, path), { recursive: true })
  }
  for (const path of ['package-lock.json', 'python/envs/base.txt']) {
    await mkdir(dirname(join(repo, path)), { recursive: true })
    await cp(path, join(repo, path))
  }
  const build = `import { mkdirSync, writeFileSync } from 'node:fs'
    mkdirSync('cli/dist', { recursive: true }); writeFileSync('cli/dist/millrace.js', '')`
  await writeFile(join(repo, 'scripts', 'build-server.mjs'), build)
  await mkdir(bin)
  const program = async (name: string, body: string): Promise<void> => {
    const note = `note() { echo "$*" >> '${notes}'; }`
    await writeFile(join(bin, name), `#!/bin/sh\nPATH="$PATH:/usr/bin:/bin"\n${note}\n${body}\n`)
    await chmod(join(bin, name), 0o755)
  }
  const repair = (name: string): Promise<void> => program(name, programs[name] ?? '')
  for (const name of Object.keys(programs)) await repair(name)
  const launch = ({ nodeVersion }: StartOptions = {}): ChildProcess => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '${nodeVersion}' })`
    const as = nodeVersion === undefined ? [] : ['--import', `data:text/javascript,${pretend}`]
    return spawn(process.execPath, [...as, join(repo, 'scripts', 'run.mjs'), 'install'], {
      cwd: repo,
      env: { PATH: bin, HOME: join(root, 'home') },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }
  const calls = async (): Promise<readonly string[]> =>
    (await readFile(notes, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '')
  return {
    program,
    repair,
    without: (name) => rm(join(bin, name)),
    calls,
    start: (options) => outcomeOf(launch(options)),
    async startAndKill(call) {
      const child = launch()
      const ended = outcomeOf(child)
      while (!(await calls()).some((line) => line.startsWith(call)) && child.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      child.kill('SIGKILL')
      await ended
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, maxRetries: 3 }),
  }
}

function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => setImmediate(() => resolve({ code: code ?? -1, stdout, stderr })))
  })
}
