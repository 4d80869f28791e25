import { Type } from 'typebox'

const text = (description: string) => Type.String({ minLength: 1, maxLength: 1024, description })

export const RecordDeploymentRequest = Type.Object(
  {
    name: text("The bundle's name."),
    target: text('dev, staging, prod, …'),
    root_path: text('The workspace folder that its files were uploaded to.'),
    commit: Type.Optional(Type.String({ description: 'Git commit that was checked out.' })),
    branch: Type.Optional(Type.String({ description: 'Git branch that was checked out.' })),
    dirty_diff: Type.Optional(
      Type.String({ description: 'What was not committed, as `git diff HEAD` prints it.' }),
    ),
    resources: Type.Record(Type.String(), Type.Unknown(), {
      description: 'What the bundle made, by its key: jobs.churn-pipeline → {"id": 12}.',
    }),
  },
  { additionalProperties: false },
)

export const ListDeploymentsQuery = Type.Object({
  name: Type.Optional(Type.String({ description: 'Only of this bundle.' })),
  target: Type.Optional(Type.String({ description: 'Only of this target.' })),
  path: Type.Optional(
    Type.String({ description: 'Only the newest one that this workspace path belongs to.' }),
  ),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Most answers.' }),
})
