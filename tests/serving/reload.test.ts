import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureUv } from '../../scripts/python-envs.mjs'
import { startServer } from '../support/server.ts'
import { caller, churnRow, configOf, logModels, query, settled } from './client.ts'

const api = '/api/2.0/serving-endpoints'
const score = (name: string) => `/serving-endpoints/${name}/invocations`

test('after a restart endpoints load by themselves, converted and resolved as before, and say READY then', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-uv-'))
  await using _gone = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
  const uv = join(folder, 'uv')
  await writeFile(uv, `#!/bin/sh\nexec "${await ensureUv()}" "$@"\n`)
  await chmod(uv, 0o755)
  await using server = await startServer({ env: { MILLRACE_UV: uv } })
  const call = caller(server.url)
  await logModels(server.url, 'churn', 'doubler')
  for (const name of ['churn', 'doubler']) {
    await call('POST', api, { name, config: configOf({ model: name, version: 1 }) })
    await settled(call, name)
  }
  const models = join(server.dataDir, 'serving', 'models')
  const converted = async () => {
    const names = (await readdir(models)).toSorted()
    const files = names.map((name) => stat(join(models, name, 'conversion.json')))
    return (await Promise.all(files)).map((file) => file.mtimeMs)
  }
  const before = await converted()
  // From here on nothing can be resolved or built.
  await writeFile(uv, '#!/bin/sh\nexit 1\n')
  await server.restart()
  for (const [name, row] of [
    ['churn', churnRow],
    ['doubler', { charges: 3 }],
  ] as const) {
    const ready = async () => (await call('GET', `${api}/${name}`)).body['state']
    await expect
      .poll(ready, { timeout: 90_000, interval: 20 })
      .toEqual({ ready: 'READY', config_update: 'NOT_UPDATING' })
    const started = performance.now()
    const answer = await call('POST', score(name), { dataframe_records: [row] })
    expect(answer.status).toBe(200)
    expect(performance.now() - started).toBeLessThan(1000)
  }
  expect(await converted()).toEqual(before)
})

test('every answered request is recorded once, also when the server is killed', async () => {
  await using server = await startServer()
  const call = caller(server.url)
  await logModels(server.url, 'churn')
  await call('POST', api, {
    name: 'churn',
    config: {
      ...configOf({ model: 'churn', version: 1 }),
      auto_capture_config: { schema_name: 'default', table_name_prefix: 'traffic' },
    },
  })
  await settled(call, 'churn')
  const answered: string[] = []
  for (let round = 0; round < 4; round++) {
    let running = true
    const clients = Array.from({ length: 4 }, async (_, client) => {
      for (let i = 0; running; i++) {
        const id = `${round}/${client}/${i}`
        const body = { dataframe_records: [churnRow], client_request_id: id }
        // What the kill cut off has no answer; it may be recorded or not.
        const answer = await call('POST', score('churn'), body).catch(() => undefined)
        if (answer?.status === 200) answered.push(id)
      }
    })
    const before = answered.length
    const moment = before + 20 + Math.floor(60 * Math.random())
    await expect.poll(() => answered.length, { timeout: 60_000 }).toBeGreaterThan(moment)
    await server.kill()
    running = false
    await Promise.all(clients)
    await server.restart()
  }
  const recorded = async () =>
    (await query(call, 'select client_request_id from traffic_payload')).flat()
  const missing = async () => {
    const found = new Set(await recorded().catch(() => []))
    return answered.filter((id) => !found.has(id))
  }
  await expect.poll(missing, { timeout: 60_000, interval: 500 }).toEqual([])
  const found = await recorded()
  expect(found.length).toBe(new Set(found).size)
})
