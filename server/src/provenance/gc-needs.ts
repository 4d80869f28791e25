import { defineNeeds } from '../tracking/index.ts'

/** A replay compares two runs; both stay for as long as its outcome does. */
defineNeeds('provenance', async (ctx, candidates) => {
  const replays = await ctx.db
    .selectFrom('provenance_replay')
    .select(['id', 'model', 'version', 'original_run', 'replay_run'])
    .execute()
  const runs = new Map(candidates.filter((c) => c.kind === 'run').map((c) => [c.id, c]))
  return replays.flatMap(({ id, model, version, original_run, replay_run }) =>
    [original_run, replay_run]
      .map((run) => runs.get(run))
      .filter((candidate) => candidate !== undefined)
      .map((candidate) => ({ candidate, by: `replay ${id} of ${model}/${version}` })),
  )
})
