import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { ImportFileQuery } from './object-schema.ts'
import { importObject } from './object-service.ts'

/** What deploy tools send files to: the body is the file, whatever its type says. */
export const fileRoutes: RoutePlugin = async (app) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.post(
    '/api/2.0/workspace-files/import-file/*',
    {
      schema: {
        operationId: 'importWorkspaceFile',
        tags: ['workspace'],
        params: Type.Object({
          '*': Type.String({ description: 'The path, without its first /.' }),
        }),
        querystring: ImportFileQuery,
      },
    },
    async (request) => {
      await importObject(request.ctx, {
        path: `/${request.params['*']}`,
        content: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        format: 'AUTO',
        overwrite: request.query.overwrite,
      })
      return {}
    },
  )
}
