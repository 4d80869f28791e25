import { readSecret } from '../../auth/index.ts'
import type { Ctx } from '../../core/index.ts'
import { runPrincipal } from '../run-principal.ts'
import type { Attempt } from './contract.ts'

export interface TaskVariables {
  readonly env: Readonly<Record<string, string>>
  /** Values that readers of the log never see. */
  readonly secrets: readonly string[]
}

/** The environment variables of the process: how to call back, and what the job asks for. */
export async function taskVariables(ctx: Ctx, attempt: Attempt): Promise<TaskVariables> {
  const { token, attemptId } = attempt
  const asked = await openSecrets({ ...ctx, principal: runPrincipal(attempt) }, askedFor(attempt))
  const own = {
    MILLRACE_URL: ctx.url,
    MILLRACE_TOKEN: token,
    MILLRACE_ATTEMPT_ID: attemptId,
    MLFLOW_TRACKING_URI: ctx.url,
    MLFLOW_TRACKING_TOKEN: token,
    DATABRICKS_HOST: ctx.url,
    DATABRICKS_TOKEN: token,
  }
  return { env: { ...asked.env, ...own }, secrets: [token, ...asked.secrets] }
}

const secretReference = /\{\{secrets\/([^/{}]+)\/([^/{}]+)\}\}/g

/** Puts the values of secrets in the place of their references. */
async function openSecrets(
  ctx: Ctx,
  variables: Readonly<Record<string, string>>,
): Promise<TaskVariables> {
  const secrets = new Map<string, string>()
  for (const text of Object.values(variables)) {
    for (const [whole, scope = '', key = ''] of text.matchAll(secretReference)) {
      if (!secrets.has(whole))
        secrets.set(whole, (await readSecret(ctx, { scope, key })).toString())
    }
  }
  const env = Object.entries(variables).map(([name, text]) => [
    name,
    text.replaceAll(secretReference, (whole) => secrets.get(whole) ?? whole),
  ])
  return { env: Object.fromEntries(env) as Record<string, string>, secrets: [...secrets.values()] }
}

function askedFor({ task, settings }: Attempt): Readonly<Record<string, string>> {
  const asked = (settings.environment_variables ?? []).find(
    (candidate) => candidate.environment_variables_key === task.environment_variables_key,
  )
  return { ...asked?.variables, ...asked?.spec?.variables }
}
