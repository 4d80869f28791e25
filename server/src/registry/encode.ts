import { list, optionalText } from '../tracking/index.ts'
import type {
  Activity,
  ModelVersion,
  Protection,
  RegisteredModel,
  TransitionRequest,
} from './types.ts'
import { ActivityType } from './types.ts'

export function encodeModel(model: RegisteredModel): object {
  return {
    name: model.name,
    creation_timestamp: model.createdAt,
    last_updated_timestamp: model.updatedAt,
    ...optionalText('user_id', model.userId),
    ...optionalText('description', model.description),
    ...list('latest_versions', model.latestVersions.map(encodeVersionWithoutAliases)),
    ...list('tags', model.tags),
    ...list('aliases', encodeAliases(model)),
  }
}

function encodeAliases(model: RegisteredModel): object[] {
  return model.aliases.map(({ alias, version }) => ({ alias, version: String(version) }))
}

export function encodeVersion(version: ModelVersion): object {
  return { ...encodeVersionWithoutAliases(version), ...list('aliases', version.aliases) }
}

/** As versions come in lists. */
export function encodeVersionWithoutAliases(version: ModelVersion): object {
  return {
    name: version.name,
    version: String(version.version),
    creation_timestamp: version.createdAt,
    last_updated_timestamp: version.updatedAt,
    ...optionalText('user_id', version.userId),
    current_stage: version.stage,
    description: version.description,
    source: version.source,
    run_id: version.runId,
    status: version.status,
    ...list('tags', version.tags),
    run_link: version.runLink,
  }
}

/** A request as Databricks answers it when it is made. */
export function encodeRequest(request: TransitionRequest): object {
  return {
    id: request.id,
    creation_timestamp: request.createdAt,
    user_id: request.creator,
    to_stage: request.stage,
    comment: request.comment,
    available_actions: [
      'APPROVE_TRANSITION_REQUEST',
      'REJECT_TRANSITION_REQUEST',
      'CANCEL_TRANSITION_REQUEST',
    ],
  }
}

/** An open request as Databricks lists it: as an activity. */
export function encodeOpenRequest(request: TransitionRequest, fromStage: string): object {
  return {
    ...encodeRequest(request),
    activity_type: ActivityType.Requested,
    from_stage: fromStage,
    last_updated_timestamp: request.createdAt,
  }
}

export function encodeActivity(activity: Activity): object {
  return {
    id: activity.id,
    activity_type: activity.type,
    creation_timestamp: activity.createdAt,
    last_updated_timestamp: activity.updatedAt,
    user_id: activity.userId,
    ...optionalText('from_stage', activity.fromStage),
    ...optionalText('to_stage', activity.toStage),
    ...optionalText('comment', activity.comment),
    ...optionalText('system_comment', activity.systemComment),
  }
}

export function encodeComment(comment: Activity): object {
  return {
    id: comment.id,
    creation_timestamp: comment.createdAt,
    last_updated_timestamp: comment.updatedAt,
    user_id: comment.userId,
    comment: comment.comment,
    available_actions: ['EDIT_COMMENT', 'DELETE_COMMENT'],
  }
}

/** A request with all that a person needs to decide on it. */
export function encodeFullRequest(
  request: TransitionRequest,
  extras: { readonly protection: Protection | undefined; readonly mayDecide: boolean },
): object {
  return {
    request_id: request.id,
    name: request.name,
    version: String(request.version),
    stage: request.stage,
    creator: request.creator,
    comment: request.comment,
    state: request.state,
    created_at: request.createdAt,
    expires_at: request.expiresAt ?? null,
    decided_at: request.decidedAt ?? null,
    decided_by: request.decidedBy ?? null,
    decision_comment: request.decisionComment ?? null,
    protected: extras.protection !== undefined,
    approvers: extras.protection?.approvers ?? ['*'],
    you_may_decide: extras.mayDecide,
  }
}
