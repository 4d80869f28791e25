import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { collectGarbage } from './garbage-service.ts'

const days = { minimum: 0, maximum: 100_000 }
const mostListed = 1000

const Ask = Type.Object(
  {
    dry_run: Type.Boolean({ default: false, description: 'Says what would go; removes nothing.' }),
    keep_attempts_days: Type.Optional(
      Type.Integer({ ...days, description: "Instead of the server's setting; 0 keeps them all." }),
    ),
    keep_environments_days: Type.Optional(
      Type.Integer({ ...days, description: "Instead of the server's setting; 0 keeps them all." }),
    ),
  },
  { additionalProperties: false },
)

const Answer = Type.Object({
  dry_run: Type.Boolean({ description: 'Whether nothing was removed.' }),
  count: Type.Integer({ description: 'How many things went, or would go.' }),
  size_bytes: Type.Integer({ description: 'What that gives back to the disk.' }),
  items: Type.Array(
    Type.Object({
      kind: Type.String({ description: 'attempt, worker or environment.' }),
      name: Type.String({ description: "Its folder's name." }),
      size_bytes: Type.Integer({ description: 'What removing it gives back.' }),
      last_used_at: Type.Integer({ description: 'Epoch milliseconds.' }),
    }),
    { description: `The first ${mostListed}.` },
  ),
})

export const garbageRoutes: RoutePlugin = async (app) => {
  app.post(
    '/api/millrace/1.0/compute/gc',
    {
      schema: {
        operationId: 'collectComputeGarbage',
        tags: ['compute'],
        body: Ask,
        response: { 200: Answer },
      },
    },
    async (request) => {
      const { dry_run: dryRun, keep_attempts_days, keep_environments_days } = request.body
      const found = await collectGarbage(request.ctx, {
        dryRun,
        ...(keep_attempts_days === undefined ? {} : { keepAttemptsDays: keep_attempts_days }),
        ...(keep_environments_days === undefined
          ? {}
          : { keepEnvironmentsDays: keep_environments_days }),
      })
      return {
        dry_run: dryRun,
        count: found.length,
        size_bytes: found.reduce((total, { sizeBytes }) => total + sizeBytes, 0),
        items: found.slice(0, mostListed).map((one) => ({
          kind: one.kind,
          name: one.name,
          size_bytes: one.sizeBytes,
          last_used_at: one.lastUsedAt.getTime(),
        })),
      }
    },
  )
}
