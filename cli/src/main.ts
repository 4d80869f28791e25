/** The process edge of `npx millrace`. Returns the exit code: 0 done, 1 failed, 2 used wrongly. */
export async function main(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const [verb, ...rest] = argv
  if (verb === 'server') {
    const { runServer } = await import('@millrace/server')
    return runServer(rest, env)
  }
  process.stderr.write(`There is no verb '${verb ?? ''}'. 'npx millrace --help' lists them\n`)
  return 2
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), process.env)
