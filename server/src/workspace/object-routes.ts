import type { App, RoutePlugin } from '../core/index.ts'
import { workspaceErrors } from './errors.ts'
import {
  DeleteRequest,
  ExportQuery,
  GetStatusQuery,
  ImportRequest,
  ListQuery,
  MkdirsRequest,
} from './object-schema.ts'
import {
  deleteObject,
  exportObject,
  importObject,
  listFolder,
  makeDirectories,
  statFile,
} from './object-service.ts'
import { ObjectType, type WorkspaceObject } from './types.ts'

/** The Workspace API. */
export const objectRoutes: RoutePlugin = async (app) => {
  readRoutes(app)
  changeRoutes(app)
}

function readRoutes(app: App): void {
  app.get(
    '/api/2.0/workspace/get-status',
    {
      schema: {
        operationId: 'getWorkspaceStatus',
        tags: ['workspace'],
        querystring: GetStatusQuery,
      },
    },
    async (request) => encodeObject(await statFile(request.ctx, request.query.path)),
  )

  app.get(
    '/api/2.0/workspace/list',
    { schema: { operationId: 'listWorkspace', tags: ['workspace'], querystring: ListQuery } },
    async (request) => {
      const { path, notebooks_modified_after: after } = request.query
      const objects = (await listFolder(request.ctx, path)).filter(
        (object) =>
          after === undefined ||
          object.type !== ObjectType.Notebook ||
          object.modifiedAt.getTime() > after,
      )
      return objects.length === 0 ? {} : { objects: objects.map(encodeObject) }
    },
  )

  app.get(
    '/api/2.0/workspace/export',
    { schema: { operationId: 'exportWorkspace', tags: ['workspace'], querystring: ExportQuery } },
    async (request, reply) => {
      const { path, format, direct_download: direct } = request.query
      const exported = await exportObject(request.ctx, path, format)
      if (direct) return reply.type('application/octet-stream').send(exported.content)
      return { content: exported.content.toString('base64'), file_type: exported.fileType }
    },
  )
}

function changeRoutes(app: App): void {
  app.post(
    '/api/2.0/workspace/mkdirs',
    { schema: { operationId: 'makeWorkspaceFolder', tags: ['workspace'], body: MkdirsRequest } },
    async (request) => {
      await makeDirectories(request.ctx, request.body.path)
      return {}
    },
  )

  app.post(
    '/api/2.0/workspace/delete',
    { schema: { operationId: 'deleteWorkspace', tags: ['workspace'], body: DeleteRequest } },
    async (request) => {
      await deleteObject(request.ctx, request.body.path, request.body.recursive)
      return {}
    },
  )

  app.post(
    '/api/2.0/workspace/import',
    { schema: { operationId: 'importWorkspace', tags: ['workspace'], body: ImportRequest } },
    async (request) => {
      const { content, ...rest } = request.body
      const bytes = readContent(content, request.isMultipart())
      if (!bytes) throw workspaceErrors.WORKSPACE_CONTENT_MISSING(rest.path)
      const object = await importObject(request.ctx, { ...rest, content: bytes })
      return { object_id: object.objectId }
    },
  )
}

// A form carries the bytes themselves, JSON carries them in base64.
function readContent(content: unknown, isForm: boolean): Buffer | undefined {
  if (Buffer.isBuffer(content)) return content
  if (typeof content !== 'string') return undefined
  return Buffer.from(content, isForm ? 'utf8' : 'base64')
}

function encodeObject(object: WorkspaceObject) {
  return {
    object_type: object.type,
    object_id: object.objectId,
    resource_id: String(object.objectId),
    path: object.path,
    created_at: object.createdAt.getTime(),
    modified_at: object.modifiedAt.getTime(),
    ...(object.language ? { language: object.language } : {}),
    ...(object.type === ObjectType.File ? { size: object.size } : {}),
  }
}
