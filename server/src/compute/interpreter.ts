import { runProgram } from './python-program.ts'
import type { Ctx } from '../core/index.ts'
import { computeErrors } from './errors.ts'

export interface Interpreter {
  readonly path: string
  /** `3.11.7` */
  readonly version: string
  /** `linux-x86_64` */
  readonly platform: string
}

const probe =
  'import sys, sysconfig, json; print(json.dumps({"path": sys.executable, "version": "%d.%d.%d" % sys.version_info[:3], "platform": sysconfig.get_platform()}))'

/** Finds the interpreter that new environments are made from and checks that it is new enough. */
export async function findInterpreter(ctx: Ctx, wanted: string | undefined): Promise<Interpreter> {
  const named = wanted ?? ctx.config.pythonPath ?? 'python3'
  const command = /^\d+(\.\d+){1,2}$/.test(named) ? await findVersion(ctx, named) : named
  const found = await runProgram(command, ['-c', probe]).catch((error: Error) => {
    throw computeErrors.COMPUTE_PYTHON_UNUSABLE(named, error.message).with({ cause: error })
  })
  if (found.code !== 0) {
    throw computeErrors.COMPUTE_PYTHON_UNUSABLE(named, found.stderr.trim() || 'it does not start')
  }
  const interpreter = JSON.parse(found.stdout) as Interpreter
  const [major = 0, minor = 0] = interpreter.version.split('.').map(Number)
  if (major !== 3 || minor < 10) {
    throw computeErrors.COMPUTE_PYTHON_UNUSABLE(named, `it is version ${interpreter.version}`)
  }
  return interpreter
}

async function findVersion(ctx: Ctx, version: string): Promise<string> {
  const uv = ctx.config.uvPath ?? 'uv'
  const args = ['python', 'find', version, '--no-python-downloads', '--no-project', '--quiet']
  const found = await runProgram(uv, args).catch((error: Error) => {
    throw computeErrors.COMPUTE_UV_MISSING(uv).with({ cause: error })
  })
  if (found.code === 0) return found.stdout.trim()
  throw computeErrors.COMPUTE_PYTHON_UNUSABLE(
    version,
    'no interpreter of that version is installed',
  )
}
