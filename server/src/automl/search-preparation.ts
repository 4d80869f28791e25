import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { ensureEnvironment } from '../compute/index.ts'
import type { Ctx } from '../core/index.ts'
import { getRun, joinUri, writeArtifact } from '../tracking/index.ts'
import { writePinnedFile } from './dataset.ts'
import { dataArtifact, searchFolder } from './search-plan.ts'
import { moveSearch } from './search-store.ts'
import { SearchState, type Search } from './types.ts'

/** Builds the environment and pins the rows. Doing it twice does no harm. */
export async function prepareSearch(ctx: Ctx, search: Search): Promise<void> {
  const [environment, file] = await Promise.all([
    ensureEnvironment(ctx, { requirements: search.spec.requirements }),
    pinRows({ ...ctx, principal: search.principal }, search),
  ])
  await moveSearch(ctx.db, search.id, {
    from: [SearchState.Preparing],
    to: SearchState.Running,
    set: {
      started_at: ctx.now().getTime(),
      sha256: file.sha256,
      environment: environment.hash,
    },
  })
}

async function pinRows(ctx: Ctx, search: Search): Promise<{ readonly sha256: string }> {
  const { table, version } = search.data
  const path = join(searchFolder(ctx, search.id), 'training.parquet')
  const { target } = search.spec
  const file = await writePinnedFile(
    ctx,
    { table, version },
    { target, columns: search.columns, path },
  )
  const run = await getRun(ctx, search.runId)
  await writeArtifact(ctx, joinUri(run.info.artifactUri, dataArtifact), createReadStream(path))
  return file
}
