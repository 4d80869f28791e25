import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openApp } from './old-database.ts'

const folder = new URL('databases/', import.meta.url)

test.each(await readdir(folder))(
  'upgrades the database of %s and answers from it',
  async (name) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'millrace-upgrade-'))
    try {
      {
        using old = new DatabaseSync(join(dataDir, 'millrace.db'), {
          // Rows come in the order of their tables' names.
          enableForeignKeyConstraints: false,
        })
        old.exec(await readFile(new URL(name, folder), 'utf8'))
      }
      await using open = await openApp(dataDir)
      const get = async (url: string): Promise<unknown> => (await open.app.inject({ url })).json()
      const search = await open.app.inject({
        method: 'POST',
        url: '/api/2.0/mlflow/runs/search',
        body: { experiment_ids: ['1'], filter: "params.depth = '3' and metrics.auc > 0.7" },
      })
      expect(search.json()).toMatchObject({
        runs: [{ info: { run_name: 'first' }, data: { metrics: [{ key: 'auc', value: 0.75 }] } }],
      })
      expect(
        await get('/api/2.0/mlflow/registered-models/alias?name=churn&alias=best'),
      ).toMatchObject({ model_version: { version: '1', current_stage: 'Staging' } })
      expect(await get('/api/2.2/jobs/list')).toMatchObject({
        jobs: [{ settings: { name: 'nightly' } }],
      })
      expect(await get('/api/millrace/1.0/auth/audit/verify')).not.toHaveProperty('broken')
      const { run_id } = search.json<{ runs: { info: { run_id: string } }[] }>().runs[0]?.info ?? {}
      const logged = await open.app.inject({
        method: 'POST',
        url: '/api/2.0/mlflow/runs/log-metric',
        body: { run_id, key: 'auc', value: 0.9, timestamp: 2, step: 4 },
      })
      expect(logged.statusCode).toBe(200)
    } finally {
      await rm(dataDir, { recursive: true })
    }
  },
)
