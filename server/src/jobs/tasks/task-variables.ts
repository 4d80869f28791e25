import type { Ctx } from '../../core/index.ts'
import type { Attempt } from './contract.ts'

export interface TaskVariables {
  readonly env: Readonly<Record<string, string>>
  /** Values that readers of the log never see. */
  readonly secrets: readonly string[]
}

/** The environment variables of the process: how to call back, and what the job asks for. */
export async function taskVariables(ctx: Ctx, attempt: Attempt): Promise<TaskVariables> {
  const { token, attemptId } = attempt
  const own = {
    MILLRACE_URL: ctx.url,
    MILLRACE_TOKEN: token,
    MILLRACE_ATTEMPT_ID: attemptId,
    MLFLOW_TRACKING_URI: ctx.url,
    MLFLOW_TRACKING_TOKEN: token,
    DATABRICKS_HOST: ctx.url,
    DATABRICKS_TOKEN: token,
  }
  return { env: { ...askedFor(attempt), ...own }, secrets: [token] }
}

function askedFor({ task, settings }: Attempt): Readonly<Record<string, string>> {
  const asked = (settings.environment_variables ?? []).find(
    (candidate) => candidate.environment_variables_key === task.environment_variables_key,
  )
  return { ...asked?.variables, ...asked?.spec?.variables }
}
