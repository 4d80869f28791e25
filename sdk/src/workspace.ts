import type { Http } from './http.ts'

export interface WorkspaceObject {
  readonly path: string
  readonly object_type: 'DIRECTORY' | 'FILE' | 'NOTEBOOK'
  readonly object_id: number
  readonly language?: string
  /** Bytes; of files only. */
  readonly size?: number
  /** Epoch milliseconds. */
  readonly modified_at: number
}

export interface Deployment {
  readonly id: string
  readonly name: string
  readonly target: string
  readonly root_path: string
  readonly commit: string | null
  readonly branch: string | null
  readonly dirty_diff: string
  readonly resources: Readonly<Record<string, unknown>>
  readonly principal: string
  /** Epoch milliseconds. */
  readonly created_at: number
}

export interface NewDeployment {
  readonly name: string
  readonly target: string
  readonly root_path: string
  readonly commit?: string | undefined
  readonly branch?: string | undefined
  readonly dirty_diff?: string | undefined
  readonly resources: Readonly<Record<string, unknown>>
}

const base = '/api/2.0/workspace'
const deployments = '/api/millrace/1.0/workspace/deployments'

/** Files, notebooks and deployments. */
export interface WorkspaceApi {
  readonly makeDirectories: (path: string) => Promise<void>
  /** Notebooks are told by extension and header, and lose their extension. */
  readonly importFile: (path: string, content: Uint8Array) => Promise<void>
  readonly list: (path: string) => Promise<readonly WorkspaceObject[]>
  readonly delete: (path: string, options?: { readonly recursive?: boolean }) => Promise<void>
  readonly exportFile: (path: string) => Promise<Uint8Array>
  readonly recordDeployment: (deployment: NewDeployment) => Promise<Deployment>
  readonly listDeployments: (query?: {
    readonly name?: string
    readonly target?: string
    readonly path?: string
  }) => Promise<readonly Deployment[]>
}

export function workspaceApi(http: Http): WorkspaceApi {
  return {
    makeDirectories: async (path) => {
      await http.call('POST', `${base}/mkdirs`, { body: { path } })
    },
    importFile: async (path, content) => {
      const encoded = path.split('/').slice(1).map(encodeURIComponent).join('/')
      const target = `/api/2.0/workspace-files/import-file/${encoded}`
      await http.call('POST', target, { query: { overwrite: true }, body: content })
    },
    list: async (path) => {
      const query = { path }
      const answer = await http.call<{ objects?: WorkspaceObject[] }>('GET', `${base}/list`, {
        query,
      })
      return answer.objects ?? []
    },
    delete: async (path, { recursive = false } = {}) => {
      await http.call('POST', `${base}/delete`, { body: { path, recursive } })
    },
    exportFile: async (path) => {
      const query = { path, format: 'AUTO', direct_download: true }
      return (await http.open('GET', `${base}/export`, { query })).bytes()
    },
    recordDeployment: (deployment) => http.call('POST', deployments, { body: deployment }),
    listDeployments: async (query = {}) =>
      (await http.call<{ deployments: Deployment[] }>('GET', deployments, { query })).deployments,
  }
}
