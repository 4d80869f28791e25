import type { SourceModel, SourceVersion } from './source.ts'
import type { Transfer } from './transfer.ts'

/** Models with their versions, whose files are by now here; answers their names. */
export async function transferModels(transfer: Transfer): Promise<readonly string[]> {
  const { millrace, source, tally } = transfer
  const names: string[] = []
  for await (const model of source.models()) {
    const versions: object[] = []
    for await (const version of source.versions(model.name)) {
      versions.push(toVersion(version, movedUri(transfer, version.source)))
    }
    await millrace.registry.importModel({ ...toModel(model), versions })
    names.push(model.name)
    tally.add('models', 1)
    tally.add('model versions', versions.length)
    tally.add('aliases', model.aliases?.length ?? 0)
    transfer.onProgress()
  }
  return names
}

function toModel(model: SourceModel): object {
  return {
    name: model.name,
    description: model.description ?? '',
    user_id: model.user_id ?? '',
    creation_timestamp: model.creation_timestamp,
    tags: model.tags ?? [],
    aliases: (model.aliases ?? []).map(({ alias, version }) => ({
      alias,
      version: Number(version),
    })),
  }
}

function toVersion(version: SourceVersion, source: string): object {
  return {
    version: Number(version.version),
    source,
    run_id: version.run_id ?? '',
    model_id: version.model_id ?? '',
    run_link: version.run_link ?? '',
    stage: version.current_stage ?? 'None',
    description: version.description ?? '',
    user_id: version.user_id ?? '',
    creation_timestamp: version.creation_timestamp,
    last_updated_timestamp: version.last_updated_timestamp ?? version.creation_timestamp,
    tags: version.tags ?? [],
  }
}

/** The URI of a version's files, moved with the run or logged model that holds them. */
function movedUri({ places }: Transfer, uri: string): string {
  for (let cut = uri.length; cut > 0; cut = uri.lastIndexOf('/', cut - 1)) {
    const place = places.get(uri.slice(0, cut))
    if (place !== undefined) return place + uri.slice(cut)
  }
  return uri
}
