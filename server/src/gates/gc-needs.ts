import { defineVersionUses, type VersionUse } from '../registry/index.ts'

/** A decision stays explainable: what was checked, and the champion that it was held against. */
defineVersionUses('gates', async (ctx) => {
  const rows = await ctx.db
    .selectFrom('gate_evaluation')
    .select(['id', 'model', 'version', 'champion_version'])
    .execute()
  return rows.flatMap(({ id, model, version, champion_version }): VersionUse[] => {
    const by = `decision ${id} on ${model}/${version}`
    const champion =
      champion_version === null ? [] : [{ name: model, version: champion_version, by }]
    return [{ name: model, version, by }, ...champion]
  })
})
