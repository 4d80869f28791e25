import {
  AppError,
  describeSettings,
  findDiskFull,
  readConfig,
  type Environment,
} from './core/index.ts'
import { startPlatform } from './platform.ts'

const help = `millrace server: the platform, on one machine.

  npx millrace server --port 5000 --data-dir ./millrace-data

Flags win over the environment, which wins over the defaults in brackets.

${describeSettings()}`

/** The process edge: reads flags, starts the platform, ends it on SIGINT or SIGTERM. Returns the exit code. */
export async function runServer(argv: readonly string[], env: Environment): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(help)
    return 0
  }
  try {
    const platform = await startPlatform(readConfig(argv, env))
    if (platform.madePassword !== undefined) {
      const { adminUser } = platform.ctx.config
      process.stdout.write(
        `Made the admin '${adminUser}' with the password ${platform.madePassword}\nIt is shown only now; change it after the first login.\n`,
      )
    }
    process.stdout.write(`Millrace is ready at ${platform.url}\n`)
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve)
      process.once('SIGTERM', resolve)
    })
    await platform[Symbol.asyncDispose]()
    return 0
  } catch (error) {
    process.stderr.write(`${describeStartError(error)}\n`)
    return error instanceof AppError && error.status === 400 ? 2 : 1
  }
}

function describeStartError(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  const { message } = error as Error
  if (code === 'EADDRINUSE') {
    return `The port is taken: ${message}. Stop what uses it, or choose another with --port`
  }
  if (findDiskFull(error)) {
    return `The disk is full: ${message}. Free some space, or choose another --data-dir`
  }
  if (code === 'EACCES') return `No permission: ${message}. Choose another --data-dir or --port`
  return error instanceof AppError ? message : `The server could not start: ${message}`
}

if (import.meta.main) process.exitCode = await runServer(process.argv.slice(2), process.env)
