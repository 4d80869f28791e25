import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../support/cli.ts'
import { startPostgres } from '../support/postgres.ts'
import { startServer } from '../support/server.ts'

test('the whole server runs on a real Postgres, and goes on after kill -9', async () => {
  await using postgres = await startPostgres()
  await using server = await startServer({ args: ['--database-url', postgres.url] })
  const folder = await mkdtemp(join(tmpdir(), 'millrace-postgres-bundle-'))
  try {
    const cli = (...args: readonly string[]) => runCli(args, { url: server.url, cwd: folder })
    await cli('init', '.')
    expect((await cli('deploy')).stdout).toContain('+ jobs.hello')
    expect((await cli('run', 'hello')).stdout).toContain('SUCCESS')
    await server.restart()
    const runs = await cli('runs', 'hello', '--json')
    expect(JSON.parse(runs.stdout)).toMatchObject([{ state: { result_state: 'SUCCESS' } }])
    expect((await cli('run', 'hello')).stdout).toContain('SUCCESS')
    expect((await cli('audit', 'verify')).code).toBe(0)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
