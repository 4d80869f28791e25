import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repo = fileURLToPath(new URL('../..', import.meta.url))

/** Node 24 from the npm packages; before they are installed, the Node that runs this. */
export function projectNode() {
  const own = join(repo, 'node_modules', 'node', 'bin', 'node')
  return existsSync(own) ? own : process.execPath
}

/** The environment of everything we start: the project's programs come first on the path. */
export function projectEnvironment() {
  const path = [join(repo, 'node_modules', '.bin'), process.env.PATH].filter(Boolean)
  return { ...process.env, PATH: path.join(delimiter), ONNXRUNTIME_NODE_INSTALL: 'skip' }
}

/** Runs a program in the foreground; signals reach it, and its exit code comes back. */
export function exec(command, args) {
  const child = spawn(command, args, { cwd: repo, env: projectEnvironment(), stdio: 'inherit' })
  const forward = (signal) => child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward)
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`)
      resolve(1)
    })
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

/** Runs a program to its end and keeps what it says. */
export function capture(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: repo,
    env: projectEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, output: error.message }))
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
