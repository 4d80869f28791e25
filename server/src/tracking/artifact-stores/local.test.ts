import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { artifactStoreContract } from './contract.ts'
import { localArtifacts } from './local.ts'

const root = await mkdtemp(join(tmpdir(), 'millrace-artifacts-'))
afterAll(() => rm(root, { recursive: true, force: true }))

artifactStoreContract(async () => localArtifacts(await mkdtemp(join(root, 'root-'))))
