import { provenanceErrors } from './errors.ts'

export interface VersionNode {
  readonly name: string
  readonly version: number
}

/** Reads `model:churn/3` or `models:/churn/3`. */
export function parseVersionNode(node: string): VersionNode {
  const [, name, version] = /^models?:\/?([^/]+)\/([1-9]\d*)$/.exec(node) ?? []
  if (name === undefined) throw provenanceErrors.PROVENANCE_NODE_UNSUPPORTED(node)
  return { name, version: Number(version) }
}
