import { Type } from 'typebox'
import type { App, Ctx } from '../core/index.ts'
import { f, list, rpc } from '../tracking/index.ts'
import {
  encodeActivity,
  encodeComment,
  encodeFullRequest,
  encodeOpenRequest,
  encodeRequest,
  encodeVersion,
} from './encode.ts'
import { createComment, deleteComment, editComment, listActivities } from './comment-service.ts'
import { encodeDatabricksModel } from './databricks-model.ts'
import {
  approveRequest,
  cancelRequest,
  createRequest,
  findProtection,
  listRequests,
  mayDecide,
  rejectRequest,
} from './request-service.ts'
import { transitionStage } from './stage-service.ts'
import { ActivityType, type TransitionRequest } from './types.ts'
import { parseStage } from './validation.ts'
import { getVersion } from './version-service.ts'
import { oneVersion, refOf } from './version-routes.ts'

/** Databricks' registry beyond MLflow's: requests, comments, and transitions with a comment. */
export function databricksRoutes(app: App): void {
  requestCreation(app)
  requestDecisions(app)
  commentRoutes(app)
  rpc(app, {
    id: 'getRegisteredModelDatabricks',
    method: 'GET',
    path: '/mlflow/databricks/registered-models/get',
    summary: "One model with its id and the caller's permission.",
    request: { name: f.text.required },
    handle: async (ctx, input) => ({
      registered_model_databricks: await encodeDatabricksModel(ctx, input.name),
    }),
  })
  rpc(app, {
    id: 'transitionModelVersionStageDatabricks',
    method: 'POST',
    path: '/mlflow/databricks/model-versions/transition-stage',
    summary: 'Moves a version to a stage, with a comment.',
    request: {
      ...oneVersion,
      stage: f.text.required,
      archive_existing_versions: f.bool.or(false),
      comment: f.text,
    },
    handle: async (ctx, input) => {
      const version = await transitionStage(ctx, {
        ...refOf(input),
        stage: parseStage(input.stage),
        archiveExisting: input.archive_existing_versions,
        comment: input.comment,
      })
      const encoded = encodeVersion(version)
      return { model_version_databricks: encoded, model_version: encoded }
    },
  })
}

const oneTransition = { ...oneVersion, stage: f.text.required, comment: f.text }

function requestCreation(app: App): void {
  rpc(app, {
    id: 'createTransitionRequest',
    method: 'POST',
    path: '/mlflow/transition-requests/create',
    summary: 'Asks that a version be moved to a stage.',
    request: oneTransition,
    handle: async (ctx, input) => {
      const { comment } = input
      const stage = parseStage(input.stage)
      return {
        request: encodeRequest(await createRequest(ctx, { ...refOf(input), stage, comment })),
      }
    },
  })
  rpc(app, {
    id: 'listTransitionRequests',
    method: 'GET',
    path: '/mlflow/transition-requests/list',
    summary: 'The open requests for a version.',
    request: oneVersion,
    handle: async (ctx, input) => {
      const version = await getVersion(ctx, refOf(input))
      const requests = await listRequests(ctx, { ...refOf(input), open: true })
      const encoded = requests.map((request) => encodeOpenRequest(request, version.stage))
      return list('requests', encoded)
    },
  })
  rpc(app, {
    id: 'deleteTransitionRequest',
    method: 'DELETE',
    path: '/mlflow/transition-requests/delete',
    summary: 'Takes a request back; only its creator or an owner may.',
    request: { ...oneTransition, creator: f.text },
    handle: async (ctx, input) => {
      const { comment, creator } = input
      const stage = parseStage(input.stage)
      await cancelRequest(ctx, { ...refOf(input), stage, comment, creator })
      return {}
    },
  })
}

function requestDecisions(app: App): void {
  rpc(app, {
    id: 'approveTransitionRequest',
    method: 'POST',
    path: '/mlflow/transition-requests/approve',
    summary: 'Approves the open request and moves the version; never for its own creator.',
    request: { ...oneTransition, archive_existing_versions: f.bool.or(false) },
    handle: async (ctx, input) => {
      const activity = await approveRequest(ctx, {
        ...refOf(input),
        stage: parseStage(input.stage),
        archiveExisting: input.archive_existing_versions,
        comment: input.comment,
      })
      return { activity: encodeActivity(activity) }
    },
  })
  rpc(app, {
    id: 'rejectTransitionRequest',
    method: 'POST',
    path: '/mlflow/transition-requests/reject',
    summary: 'Rejects the open request; the version stays where it is.',
    request: oneTransition,
    handle: async (ctx, input) => {
      const { comment } = input
      const stage = parseStage(input.stage)
      const activity = await rejectRequest(ctx, { ...refOf(input), stage, comment })
      return { activity: encodeActivity(activity) }
    },
  })
}

function commentRoutes(app: App): void {
  rpc(app, {
    id: 'createComment',
    method: 'POST',
    path: '/mlflow/comments/create',
    summary: 'Says something about a version.',
    request: { ...oneVersion, comment: f.text.required },
    handle: async (ctx, input) => ({
      comment: encodeComment(await createComment(ctx, refOf(input), input.comment)),
    }),
  })
  rpc(app, {
    id: 'updateComment',
    method: 'PATCH',
    path: '/mlflow/comments/update',
    summary: 'Changes a comment; only its author or an owner may.',
    request: { id: f.text.required, comment: f.text.required },
    handle: async (ctx, input) => ({
      comment: encodeComment(await editComment(ctx, input.id, input.comment)),
    }),
  })
  rpc(app, {
    id: 'deleteComment',
    method: 'DELETE',
    path: '/mlflow/comments/delete',
    summary: 'Deletes a comment; only its author or an owner may.',
    request: { id: f.text.required },
    handle: async (ctx, input) => {
      await deleteComment(ctx, input.id)
      return {}
    },
  })
}

/** What the web UI and scripts ask across models. */
export function registryOwnRoutes(app: App): void {
  const querystring = Type.Object(
    {
      open: Type.Optional(Type.Boolean({ description: 'Only those that wait for a decision.' })),
      name: Type.Optional(Type.String({ description: 'Only of this model.' })),
      version: Type.Optional(Type.Integer({ description: 'Only of this version.' })),
    },
    { additionalProperties: false },
  )
  const requests = {
    operationId: 'listRegistryRequests',
    tags: ['registry'],
    summary: 'Transition requests of all models, oldest first, and who may decide on them.',
    querystring,
  }
  app.get('/api/millrace/1.0/registry/requests', { schema: requests }, async (request) => {
    const { ctx, query } = request
    const found = await listRequests(ctx, query)
    return { requests: await Promise.all(found.map((each) => describeRequest(ctx, each))) }
  })
  const version = Type.Object(
    {
      name: Type.String({ description: 'The model.' }),
      version: Type.String({ description: 'The version.' }),
    },
    { additionalProperties: false },
  )
  const history = { tags: ['registry'], querystring: version }
  const activities = {
    ...history,
    operationId: 'listVersionActivities',
    summary: 'Everything that happened to a version, oldest first.',
  }
  app.get('/api/millrace/1.0/registry/activities', { schema: activities }, async (request) => {
    const found = await listActivities(request.ctx, refOf(request.query))
    return { activities: found.map(encodeActivity) }
  })
  const comments = {
    ...history,
    operationId: 'listVersionComments',
    summary: 'The comments on a version, oldest first.',
  }
  app.get('/api/millrace/1.0/registry/comments', { schema: comments }, async (request) => {
    const found = await listActivities(request.ctx, refOf(request.query), ActivityType.Comment)
    return { comments: found.map(encodeComment) }
  })
}

async function describeRequest(ctx: Ctx, request: TransitionRequest): Promise<object> {
  const protection = await findProtection(ctx, request.name, request.stage)
  const decidable = request.state === 'open' && mayDecide(ctx, request, protection)
  return encodeFullRequest(request, { protection, mayDecide: decidable })
}
