import { defineErrors } from '../core/index.ts'

export const provenanceErrors = defineErrors({
  PROVENANCE_NODE_UNSUPPORTED: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (node: string) =>
      `'${node}' cannot be explained; name a model version as model:NAME/VERSION`,
  },
  PROVENANCE_NO_RECIPE: {
    status: 400,
    wire: 'INVALID_STATE',
    text: (node: string) =>
      `${node} was not made by an AutoML trial, so there is no recorded recipe to replay; 'npx millrace why' shows its code, rows and environment`,
  },
  PROVENANCE_REPLAY_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: string) => `There is no replay '${id}'`,
  },
})
