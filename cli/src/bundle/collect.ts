import { dirname } from 'node:path'
import type { YamlFile } from '@millrace/server/yaml'
import { merge } from './merge.ts'
import type { IncludedFile } from './schema.ts'
import type { RawResource, ResourceKind } from './types.ts'

const kinds: readonly ResourceKind[] = ['jobs', 'gates', 'webhooks', 'monitors']

/** One YAML file of a bundle. */
export interface Part {
  readonly path: string
  readonly file: YamlFile
  readonly content: IncludedFile
}

/** `jobs.churn-pipeline`, … of every file and every target. */
export function resourceNames(parts: readonly Part[]): ReadonlySet<string> {
  const all = parts.flatMap((part) => [
    part.content.resources ?? {},
    ...Object.values(part.content.targets ?? {}).map((target) => target?.resources ?? {}),
  ])
  return new Set(
    all.flatMap((resources) =>
      kinds.flatMap((kind) => Object.keys(resources[kind] ?? {}).map((key) => `${kind}.${key}`)),
    ),
  )
}

/** Every resource once, with what the target says on top of it. */
export function collectResources(parts: readonly Part[], target: string): RawResource[] {
  const everywhere = parts.flatMap((part) => listOf(part, part.content.resources, []))
  const ofTarget = parts.flatMap((part) =>
    listOf(part, part.content.targets?.[target]?.resources, ['targets', target]),
  )
  const found = new Map<string, RawResource>()
  for (const resource of [...everywhere, ...ofTarget]) {
    const name = `${resource.kind}.${resource.key}`
    const before = found.get(name)
    const settings = merge(before?.settings ?? {}, resource.settings) as RawResource['settings']
    found.set(name, { ...(before ?? resource), settings })
  }
  return [...found.values()]
}

function listOf(
  part: Part,
  resources: IncludedFile['resources'],
  prefix: readonly string[],
): RawResource[] {
  return kinds.flatMap((kind) =>
    Object.entries(resources?.[kind] ?? {}).map(([key, settings]) => ({
      kind,
      key,
      settings,
      file: part.file,
      folder: dirname(part.path),
      at: [...prefix, 'resources', kind, key],
    })),
  )
}
