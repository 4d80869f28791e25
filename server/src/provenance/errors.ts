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
  PROVENANCE_PREDICTION_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (table: string, keys: string) => `${table} has no row with ${keys}`,
  },
  PROVENANCE_COLUMN_NOT_FOUND: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (table: string, column: string, found: string) =>
      `${table} has no column ${column}; its columns are ${found}`,
  },
  PROVENANCE_NOT_PREDICTIONS: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (table: string) =>
      `${table} does not say which model its rows are from: it has no model_name and model_version. Name a table that scoring or an endpoint wrote`,
  },
  PROVENANCE_REPLAY_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: string) => `There is no replay '${id}'`,
  },
})
