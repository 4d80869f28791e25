import { defineNeeds, isServedHere, type GcCandidate, type NeedSource } from '../tracking/index.ts'
import type { Ctx } from '../core/index.ts'
import { deletedStage } from './tables.ts'

interface Used {
  readonly name: string
  readonly version: number
  readonly run_id: string
  readonly model_id: string
  readonly storage_uri: string
}

/** Every version that is not deleted needs its run, its logged model and its files; so does a decided one. */
defineNeeds('registry', async (ctx, candidates) => {
  const versions = await usedVersions(ctx)
  return needsOf(versions, candidates, (v) => `version ${v.name}/${v.version}`)
})

async function usedVersions(ctx: Ctx): Promise<Used[]> {
  return ctx.db
    .selectFrom('registry_version as v')
    .innerJoin('registry_model as m', 'm.id', 'v.model')
    .select(['m.name', 'v.version', 'v.run_id', 'v.model_id', 'v.storage_uri'])
    .where((where) =>
      where.or([
        where('v.stage', '<>', deletedStage),
        where.exists(
          where
            .selectFrom('registry_request as r')
            .select('r.id')
            .whereRef('r.version', '=', 'v.id')
            .where('r.decided_at', 'is not', null),
        ),
      ]),
    )
    .execute()
}

export interface VersionUse {
  readonly name: string
  readonly version: number
  /** What uses it, for people. */
  readonly by: string
}

/** Rooms above say which versions they use; what those need is kept, of deleted ones too. */
export function defineVersionUses(
  room: string,
  find: (ctx: Ctx) => Promise<readonly VersionUse[]>,
): void {
  defineNeeds(room, async (ctx, candidates) => needsOfVersions(ctx, await find(ctx), candidates))
}

async function needsOfVersions(
  ctx: Ctx,
  uses: readonly VersionUse[],
  candidates: readonly GcCandidate[],
): ReturnType<NeedSource> {
  if (uses.length === 0) return []
  const byVersion = new Map(uses.map((use) => [`${use.name}/${use.version}`, use.by]))
  const versions = await ctx.db
    .selectFrom('registry_version as v')
    .innerJoin('registry_model as m', 'm.id', 'v.model')
    .select(['m.name', 'v.version', 'v.run_id', 'v.model_id', 'v.storage_uri'])
    .where('m.name', 'in', [...new Set(uses.map((use) => use.name))])
    .execute()
  const used = versions.filter((v) => byVersion.has(`${v.name}/${v.version}`))
  return needsOf(used, candidates, (v) => byVersion.get(`${v.name}/${v.version}`) ?? '')
}

function needsOf(
  versions: readonly Used[],
  candidates: readonly GcCandidate[],
  by: (version: Used) => string,
): { candidate: GcCandidate; by: string }[] {
  const byId = new Map(candidates.map((one) => [`${one.kind} ${one.id}`, one]))
  const byUri = new Map(candidates.map((one) => [rootOf(one.artifactUri), one]))
  return versions.flatMap((version) => {
    const found = new Set<GcCandidate | undefined>([
      byId.get(`run ${version.run_id}`),
      byId.get(`logged_model ${version.model_id}`),
      ...parentsOf(version.storage_uri).map((uri) => byUri.get(uri)),
    ])
    return [...found]
      .filter((candidate) => candidate !== undefined)
      .map((candidate) => ({ candidate, by: by(version) }))
  })
}

const rootOf = (uri: string): string => uri.replace(/\/+$/, '')

/** The place itself and the folders that it is in. */
function parentsOf(uri: string): string[] {
  if (!isServedHere(uri)) return []
  const parts = rootOf(uri).split('/')
  return parts.map((_part, i) => parts.slice(0, i + 1).join('/'))
}
