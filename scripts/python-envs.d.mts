/** What is missing on this machine, in one sentence for the person in front of it. */
export class MissingError extends Error {}

/** Where tools, environments and stamps live: `MILLRACE_HOME`, or `~/.millrace`. */
export function millraceHome(env?: NodeJS.ProcessEnv): string

/** The first Python on the path that is new enough. */
export function findPython(
  env?: NodeJS.ProcessEnv,
): Promise<{ readonly path: string; readonly version: string }>

/** The path of uv, installed from PyPI into a virtual environment of its own. */
export function ensureUv(onProgress?: (step: string) => void): Promise<string>

/** The interpreter of the environment pinned in `python/envs/<name>.txt`, built when it is not there. */
export function ensurePythonEnv(
  name:
    | 'base'
    | 'dev'
    | 'mlflow'
    | 'databricks'
    | 'delta'
    | 'prefect'
    | 'pytorch'
    | 's3'
    | 'tuning',
  onProgress?: (step: string) => void,
): Promise<string>

/** The environment variables under which uv behaves the same for everyone. */
export function uvEnvironment(env?: NodeJS.ProcessEnv): NodeJS.ProcessEnv

/** `PATH` with the environment's own programs first. */
export function pathWith(python: string, env?: NodeJS.ProcessEnv): string
