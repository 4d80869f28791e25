import { Type } from 'typebox'
import type { App } from '../core/index.ts'
import { collectGarbage } from './gc-service.ts'

const ids = (what: string) =>
  Type.Optional(Type.Array(Type.String(), { maxItems: 10_000, description: `Only these ${what}.` }))

const GcBody = Type.Object(
  {
    dry_run: Type.Boolean({ default: false, description: 'Only say what would go.' }),
    older_than_seconds: Type.Number({
      default: 0,
      minimum: 0,
      description: 'Only what has been in state deleted for at least so long.',
    }),
    run_ids: ids('runs'),
    experiment_ids: ids('experiments'),
    logged_model_ids: ids('logged models'),
  },
  { additionalProperties: false },
)

/** What `npx millrace gc` calls. */
export function gcRoutes(app: App): void {
  const schema = {
    operationId: 'collectGarbage',
    tags: ['tracking'],
    summary:
      'Deletes for good runs, logged models and experiments in state deleted, with their artifacts, except what a model version, decision, deployment or replay needs.',
    body: GcBody,
  }
  app.post('/api/millrace/1.0/tracking/gc', { schema }, async ({ ctx, body }) =>
    collectGarbage(ctx, {
      dryRun: body.dry_run,
      olderThanMs: body.older_than_seconds * 1000,
      ...(body.run_ids ? { runIds: body.run_ids } : {}),
      ...(body.experiment_ids ? { experimentIds: body.experiment_ids } : {}),
      ...(body.logged_model_ids ? { modelIds: body.logged_model_ids } : {}),
    }),
  )
}
