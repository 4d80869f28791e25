import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { logStoreContract } from './contract.ts'
import { openLocalLog } from './local.ts'

describe('a log in a folder', () => {
  logStoreContract(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-log-'))
    const log = join(folder, '_delta_log')
    const one = openLocalLog(log)
    await one.create()
    return {
      one,
      other: openLocalLog(log),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    }
  })
})
