import type { App, Ctx } from '../core/index.ts'
import { canSendDirectly } from './artifact-direct.ts'

/** The MLflow release whose behaviour this server answers with; clients look at it for what they may send. */
const mlflowVersion = '3.17.2'

/** What a client asks about the server itself. */
export function serverRoutes(app: App): void {
  app.get('/version', { schema: { tags: ['mlflow'] } }, async (_request, reply) =>
    reply.type('text/plain').send(mlflowVersion),
  )
  for (const prefix of ['api', 'ajax-api']) {
    for (const name of ['server-info', 'server-features']) {
      const schema = { tags: ['mlflow'], hide: prefix !== 'api' }
      app.get(`/${prefix}/3.0/mlflow/${name}`, { schema }, async (request) =>
        serverInfo(request.ctx),
      )
    }
  }
}

function serverInfo(ctx: Ctx): object {
  const isDirect = canSendDirectly(ctx)
  return {
    store_type: 'SqlStore',
    workspaces_enabled: false,
    trace_archival_enabled: false,
    multipart_uploads_enabled: isDirect,
    multipart_downloads_enabled: isDirect,
    presigned_upload_run_id_supported: false,
    presigned_upload_model_id_supported: false,
    features_enabled: { gateway: false },
  }
}
