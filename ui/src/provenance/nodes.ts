import type { IconName } from '../kit/icons.tsx'

export interface NodeLook {
  readonly kind: string
  readonly name: string
  readonly icon: IconName
  /** Its page, where it has one. */
  readonly to: string | undefined
}

type Reader = (identity: string) => Omit<NodeLook, 'kind'>

function split(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.lastIndexOf(separator)
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function short(text: string): string {
  return text.length > 20 ? text.slice(0, 12) : text
}

const readers: Readonly<Record<string, Reader>> = {
  table: (identity) => {
    const [name, version] = split(identity, '@')
    const query = version === undefined ? '' : `?version=${version}`
    const to = `/tables/${encodeURIComponent(name)}${query}`
    return { name: identity, icon: 'table', to }
  },
  run: (identity) => ({ name: short(identity), icon: 'experiment', to: `/find/run/${identity}` }),
  model: (identity) => {
    const [name, version] = split(identity, '/')
    const model = `/models/${encodeURIComponent(name)}`
    return version === undefined
      ? { name, icon: 'model', to: model }
      : { name: `${name} v${version}`, icon: 'model', to: `${model}/versions/${version}` }
  },
  'logged-model': (identity) => ({ name: short(identity), icon: 'model', to: undefined }),
  attempt: (identity) => {
    const trial = /^automl-.+-0*(\d+)$/.exec(identity)?.[1]
    return { name: trial === undefined ? identity : `trial ${trial}`, icon: 'run', to: undefined }
  },
  'job-run': (identity) => ({ name: `run ${identity}`, icon: 'job', to: `/jobs/runs/${identity}` }),
  env: (identity) => ({ name: short(identity), icon: 'environment', to: '/admin/environments' }),
  commit: (identity) => ({ name: short(identity), icon: 'history', to: undefined }),
  file: (identity) => ({ name: split(identity, '@')[0], icon: 'file', to: undefined }),
  search: (identity) => ({ name: short(identity), icon: 'automl', to: `/automl/${identity}` }),
  decision: (identity) => ({ name: short(identity), icon: 'approval', to: undefined }),
  endpoint: (identity) => ({
    name: identity,
    icon: 'endpoint',
    to: `/endpoints/${encodeURIComponent(identity)}`,
  }),
  scoring: (identity) => ({ name: short(identity), icon: 'chart', to: undefined }),
  user: (identity) => ({ name: identity, icon: 'user', to: undefined }),
}

/** How a lineage node such as `model:churn/3` is shown, and where it leads. */
export function lookOfNode(node: string): NodeLook {
  const at = node.indexOf(':')
  const kind = node.slice(0, at)
  const identity = node.slice(at + 1)
  const reader = readers[kind]
  if (at === -1 || reader === undefined) {
    return { kind: 'thing', name: node, icon: 'info', to: undefined }
  }
  return { kind, ...reader(identity) }
}
