import { defineErrors } from '../core/index.ts'

export const workspaceErrors = defineErrors({
  WORKSPACE_PATH_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (path: string, why: string) => `Path '${path}' is not a workspace path: ${why}`,
  },
  WORKSPACE_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (path: string) => `Path (${path}) doesn't exist.`,
  },
  WORKSPACE_PARENT_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (path: string) =>
      `The parent folder (${path}) does not exist. Make it with workspace/mkdirs first`,
  },
  WORKSPACE_ALREADY_EXISTS: {
    status: 409,
    wire: 'RESOURCE_ALREADY_EXISTS',
    text: (path: string) => `Path (${path}) already exists. Send overwrite=true to replace it`,
  },
  WORKSPACE_TYPE_CONFLICT: {
    status: 409,
    wire: 'RESOURCE_ALREADY_EXISTS',
    text: (path: string, found: string, wanted: string) =>
      `Path (${path}) is a ${found}; it cannot become a ${wanted}. Delete it first`,
  },
  WORKSPACE_NOT_A_DIRECTORY: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (path: string, found: string) => `Path (${path}) is a ${found}, not a folder`,
  },
  WORKSPACE_IS_A_DIRECTORY: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (path: string) => `Path (${path}) is a folder; name a file or a notebook`,
  },
  WORKSPACE_DIRECTORY_NOT_EMPTY: {
    status: 400,
    wire: 'DIRECTORY_NOT_EMPTY',
    text: (path: string) =>
      `Folder (${path}) is not empty. Send recursive=true to delete it with all that is in it`,
  },
  WORKSPACE_FORMAT_UNSUPPORTED: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (format: string, allowed: string) =>
      `Format ${format} is not supported here; use one of ${allowed}`,
  },
  WORKSPACE_LANGUAGE_MISSING: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (path: string) =>
      `Format SOURCE makes a notebook, which needs a language: send one for '${path}', or format AUTO`,
  },
  WORKSPACE_NOTEBOOK_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (path: string, why: string) => `'${path}' is not a Jupyter notebook: ${why}`,
  },
  WORKSPACE_FORM_UNREADABLE: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) =>
      `The multipart form cannot be read: ${problem}. Send it whole, with the boundary that its Content-Type names`,
  },
  WORKSPACE_CONTENT_MISSING: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (path: string) =>
      `Nothing to import at '${path}': send 'content', base64 in JSON or a multipart file`,
  },
  WORKSPACE_CONTENT_LOST: {
    status: 500,
    wire: 'INTERNAL_ERROR',
    text: (path: string, hash: string) =>
      `The content ${hash} of '${path}' is missing in the data folder; restore it from a backup`,
  },
  WORKSPACE_DEPLOYMENT_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: string) => `There is no deployment '${id}'`,
  },
})
