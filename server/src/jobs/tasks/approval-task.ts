import type { Ctx } from '../../core/index.ts'
import { failed, succeeded } from '../engine/ends.ts'
import type { End } from '../engine/run-state.ts'
import { listForeign, type ForeignEvent, type ForeignType } from '../foreign-events.ts'
import type { Attempt, TaskType } from './contract.ts'
import type { ApprovalTask } from './schemas.ts'

/**
 * Waits for a person to move a model version to a stage. It holds no process: the registry's events
 * deliver its end (`waits.ts`).
 */
export const approvalTask: TaskType = {
  how: 'wait',
  begin: async (tx, attempt) => {
    const task = attempt.task.approval_task
    if (!task) return { end: failed('INVALID_RUN_CONFIGURATION', 'approval_task is missing') }
    const { model_name: name, model_version: version, stage } = task
    if (!/^[1-9]\d*$/.test(version)) {
      const problem = `model_version is '${version}'; expected the number of a version of ${name}`
      return { end: failed('INVALID_RUN_CONFIGURATION', problem) }
    }
    const end = await findEnd(tx, attempt)
    if (end) return { end }
    return {
      key: approvalKey(name, Number(version)),
      message: `waiting for approval of ${name} ${version} for ${stage}`,
      human: true,
    }
  },
  check: findEnd,
}

export const approvalEvents = [
  'registry.version_stage_changed',
  'registry.request_rejected',
] as const satisfies readonly ForeignType[]

export function approvalKey(name: string, version: number): string {
  return `model:${name}/${version}`
}

/** How an approval ends by this event; undefined when it decides nothing about it. */
export function endByEvent(task: ApprovalTask, event: ForeignEvent): End | undefined {
  if (
    event.type !== 'registry.version_stage_changed' &&
    event.type !== 'registry.request_rejected'
  ) {
    return undefined
  }
  const { name, version, comment } = event.payload
  if (name !== task.model_name || String(version) !== task.model_version) return undefined
  const said = comment ? `: ${comment}` : ''
  if (event.type === 'registry.request_rejected') {
    if (event.payload.stage !== task.stage) return undefined
    return failed(
      'RUN_EXECUTION_ERROR',
      `${event.principal} rejected ${task.stage} for ${name} ${version}${said}`,
    )
  }
  const { to } = event.payload
  if (to === task.stage) {
    return succeeded(`${event.principal} moved ${name} ${version} to ${to}${said}`)
  }
  if (to !== 'Archived') return undefined
  return failed('RUN_EXECUTION_ERROR', `${event.principal} archived ${name} ${version}${said}`)
}

/** The stage that the version is in now counts whenever it came there; a rejection since the run began. */
async function findEnd(ctx: Ctx, { task, run }: Attempt): Promise<End | undefined> {
  const approval = task.approval_task
  if (!approval) return undefined
  const events = (await listForeign(ctx, approvalEvents)).filter(
    ({ payload }) =>
      'name' in payload &&
      'version' in payload &&
      payload.name === approval.model_name &&
      String(payload.version) === approval.model_version,
  )
  const stage = events.findLast((event) => event.type === 'registry.version_stage_changed')
  const rejection = events.findLast(
    (event) => event.type === 'registry.request_rejected' && event.createdAt >= run.createdAt,
  )
  const byStage = stage && endByEvent(approval, stage)
  return byStage ?? (rejection && endByEvent(approval, rejection))
}
