import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { runPython } from '../support/python.ts'
import { startServer } from '../support/server.ts'

const fixtures = fileURLToPath(new URL('fixtures/delta-tables.tar.gz', import.meta.url))

test.each(['we_write', 'they_write', 'both_append', 'client', 'fixtures'])(
  'delta-rs and Millrace agree: %s',
  async (part) => {
    const outside = await mkdtemp(join(tmpdir(), 'millrace-delta-rs-'))
    await using _gone = {
      [Symbol.asyncDispose]: () => rm(outside, { recursive: true, force: true }),
    }
    await using server = await startServer({ args: ['--external-location', outside] })
    const python = await ensurePythonEnv('delta')
    const result = await runPython(python, new URL('delta_rs.py', import.meta.url), {
      args: [part],
      env: { MILLRACE_URL: server.url, OUTSIDE: outside, FIXTURES: fixtures },
    })
    expect(result.stderr + result.stdout + server.log()).toMatch(/^ok$/m)
    expect(result.code).toBe(0)
  },
)
