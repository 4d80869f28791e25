import swagger from '@fastify/swagger'
import type { App } from './core/index.ts'

/** Describes every route registered after this at `/openapi.json`, made when it is asked for. */
export async function openApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Millrace',
        version: '0.1.0',
        description: 'MLflow REST, Databricks REST, and what no one else has under /api/millrace.',
      },
    },
    hideUntagged: false,
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}
