import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'
import { issueToken, verifyAudit } from '../../server/src/auth/index.ts'
import { readConfig, type Principal } from '../../server/src/core/index.ts'
import { startPlatform } from '../../server/src/platform.ts'
import { protectStage, Stage } from '../../server/src/registry/index.ts'
import { runPython } from '../support/python.ts'

const pipeline: Principal = { name: 'pipeline', kind: 'service_principal', isOwner: false }
const ann: Principal = { name: 'ann', kind: 'user', isOwner: false }

test('unmodified databricks-sdk clients request, approve, reject, cancel and comment', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-registry-'))
  const flags = ['--data-dir', dataDir, '--port', '0', '--log-level', 'error']
  {
    await using platform = await startPlatform(readConfig(flags, {}))
    const { ctx } = platform
    await protectStage(ctx, { name: 'churn', stage: Stage.Production, approvers: ['ann'] })
    const job = await issueToken(ctx, { principal: pipeline, comment: 'test' })
    const person = await issueToken(ctx, { principal: ann, comment: 'test' })
    const python = await ensurePythonEnv('databricks')
    const script = new URL('databricks_client.py', import.meta.url)
    const args = [platform.url, job.token, person.token]
    const result = await runPython(python, script, { args })
    expect(result.stdout + result.stderr).toContain('all ok')
    expect((await verifyAudit(ctx.db)).broken).toBeUndefined()
  }
  await rm(dataDir, { recursive: true })
})
