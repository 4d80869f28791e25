import { defineErrors } from '../core/index.ts'

/** Messages are MLflow's wherever a client is known to match on them. */
export const registryErrors = defineErrors({
  REGISTRY_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => problem,
    meaning: 'A name, tag, filter or page token of the registry cannot be used',
  },
  REGISTRY_MODEL_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string) => `Registered Model with name=${name} not found`,
  },
  REGISTRY_MODEL_EXISTS: {
    status: 400,
    wire: 'RESOURCE_ALREADY_EXISTS',
    text: (name: string) => `Registered Model (name=${name}) already exists.`,
  },
  REGISTRY_VERSION_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string, version: number | string) =>
      `Model Version (name=${name}, version=${version}) not found`,
  },
  REGISTRY_ALIAS_NOT_FOUND: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (alias: string) => `Registered model alias ${alias} not found.`,
  },
  REGISTRY_STAGE_UNKNOWN: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (stage: string) =>
      `Invalid Model Version stage: ${stage}. Value must be one of None, Staging, Production, Archived.`,
  },
  REGISTRY_ARCHIVE_NOT_ACTIVE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (stage: string) =>
      `Model version transition cannot archive existing model versions because '${stage}' is not an Active stage. Valid stages are Staging, Production`,
  },
  REGISTRY_SOURCE_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (source: string, problem: string) =>
      `Invalid model version source: '${source}'. ${problem}`,
  },
  REGISTRY_STAGE_PROTECTED: {
    status: 403,
    wire: 'PERMISSION_DENIED',
    text: (name: string, version: number, stage: string) =>
      `Stage ${stage} of model '${name}' is protected: version ${version} gets there only by an approved transition request. Create one (POST /api/2.0/mlflow/transition-requests/create) and let an approver, who is not you, approve it`,
  },
  REGISTRY_REQUEST_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string, version: number, stage: string) =>
      `There is no open request to move version ${version} of model '${name}' to ${stage}; transition-requests/list shows the open ones`,
  },
  REGISTRY_REQUEST_EXISTS: {
    status: 400,
    wire: 'RESOURCE_ALREADY_EXISTS',
    text: (name: string, version: number, stage: string) =>
      `You already have an open request to move version ${version} of model '${name}' to ${stage}`,
  },
  REGISTRY_REQUEST_NEEDLESS: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (name: string, version: number, stage: string) =>
      `Version ${version} of model '${name}' is in stage ${stage} already`,
  },
  REGISTRY_REQUEST_EXPIRED: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (name: string, version: number, expiredAt: string) =>
      `The request for version ${version} of model '${name}' expired at ${expiredAt}; create a new one`,
  },
  REGISTRY_OWN_REQUEST: {
    status: 403,
    wire: 'PERMISSION_DENIED',
    text: (principal: string, name: string, version: number) =>
      `${principal} requested the transition of version ${version} of model '${name}' and so can not approve it; somebody else must`,
  },
  REGISTRY_NOT_APPROVER: {
    status: 403,
    wire: 'PERMISSION_DENIED',
    text: (principal: string, stage: string, approvers: string) =>
      `${principal} may not decide on stage ${stage}; its approvers are: ${approvers}`,
  },
  REGISTRY_NOT_YOURS: {
    status: 403,
    wire: 'PERMISSION_DENIED',
    text: (principal: string, what: string, owner: string) =>
      `${principal} may not change this ${what}; it is ${owner}'s`,
  },
  REGISTRY_COMMENT_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: string) => `Comment ${id} not found`,
  },
})
