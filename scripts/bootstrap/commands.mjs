import { join } from 'node:path'
import { diskFull, MissingError } from '../python-envs.mjs'
import { checkMachine } from './machine.mjs'
import { exec, projectNode, repo } from './exec.mjs'
import { Progress } from './progress.mjs'
import { buildServer, buildUi, installPackages, preparePython } from './steps.mjs'

const commands = {
  demo: { envs: ['base'], build: true, run: ['scripts/demo/main.ts'] },
  server: { envs: ['base'], build: true, run: ['cli/bin/millrace.mjs', 'server'] },
  test: {
    envs: ['base', 'dev', 'databricks', 'delta', 'mlflow'],
    build: true,
    run: ['scripts/test/main.mjs'],
  },
  screenshots: { envs: ['base'], build: true, run: ['scripts/screenshots.mjs'] },
  check: { envs: [], build: false, run: ['scripts/test/main.mjs', '--fast'] },
  install: { envs: ['base'], build: true, run: undefined },
}

/** Makes the machine ready for the command, runs it, and returns its exit code. */
export async function runCommand([name = '', ...args]) {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    console.error(`There is no command '${name}'. Use one of: ${Object.keys(commands).join(', ')}`)
    return 2
  }
  const progress = new Progress(process.stderr)
  try {
    await prepare(command, progress)
  } catch (error) {
    progress.stop()
    console.error(explain(error))
    return 1
  }
  progress.stop()
  if (!command.run) return 0
  return exec(projectNode(), [join(repo, command.run[0]), ...command.run.slice(1), ...args])
}

function explain(error) {
  if (error instanceof MissingError) return error.message
  if (error.code === 'ENOSPC') return diskFull(error.path ?? repo)
  return `The installation failed: ${error.message}`
}

async function prepare(command, progress) {
  await checkMachine()
  // Both are mostly waiting for the network, and the Python packages are the longer wait.
  await settle([installPackages(progress), preparePython(command.envs, progress)])
  if (!command.build) return
  await buildServer(progress)
  await buildUi(progress)
}

// Waits for both even when one fails, so that no half-done install goes on behind an error.
async function settle(promises) {
  for (const result of await Promise.allSettled(promises)) {
    if (result.status === 'rejected') throw result.reason
  }
}
