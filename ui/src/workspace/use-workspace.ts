import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { requestJson, requestText, urlOf } from '../api/http.ts'

const base = '/api/2.0/workspace'

export interface WorkspaceObject {
  readonly path: string
  readonly object_type: 'NOTEBOOK' | 'DIRECTORY' | 'FILE' | 'REPO' | 'LIBRARY' | 'DASHBOARD'
  readonly language?: string
  readonly size?: number
  readonly modified_at?: number
}

/** What lies directly in a folder. */
export function useFolder(
  path: string,
  enabled = true,
): UseQueryResult<readonly WorkspaceObject[]> {
  return useQuery({
    queryKey: ['workspace', 'list', path],
    enabled,
    queryFn: async ({ signal }) => {
      const answer = await requestJson<{ objects?: readonly WorkspaceObject[] }>(`${base}/list`, {
        query: { path },
        signal,
      })
      return answer.objects ?? []
    },
  })
}

/** What is at a path. */
export function useObject(path: string): UseQueryResult<WorkspaceObject> {
  return useQuery({
    queryKey: ['workspace', 'status', path],
    queryFn: ({ signal }) =>
      requestJson<WorkspaceObject>(`${base}/get-status`, { query: { path }, signal }),
  })
}

/** Where a file is downloaded from; a notebook comes with its outputs. */
export function downloadUrl(object: WorkspaceObject): string {
  const format = object.object_type === 'NOTEBOOK' ? 'JUPYTER' : undefined
  return urlOf(`${base}/export`, { path: object.path, direct_download: true, format })
}

export function useFileText(object: WorkspaceObject, enabled: boolean): UseQueryResult<string> {
  return useQuery({
    queryKey: ['workspace', 'text', object.path],
    enabled,
    queryFn: ({ signal }) => requestText(downloadUrl(object), { signal }),
  })
}
