/** A job's settings as the text that a person edits, and every revision of them. */
import { stringify } from 'yaml'
import { AppError, readYaml, type Ctx, type YamlFile, type YamlProblem } from '../core/index.ts'
import { jobsErrors } from './errors.ts'
import { checkJobSettings, getJob, resetJob } from './job-service.ts'
import { findRevision, listRevisions, newestRevision, type Revision } from './revision-store.ts'
import { placeOfProblem } from './settings-place.ts'
import { JobSettings } from './settings-schema.ts'

export interface SettingsText {
  readonly revision: number
  readonly yaml: string
}

/** The settings of now, or of an earlier revision. */
export async function viewSettings(
  ctx: Ctx,
  of: { readonly jobId: number; readonly revision?: number | undefined },
): Promise<SettingsText> {
  const job = await getJob(ctx, of.jobId)
  const newest = await newestRevision(ctx.db, of.jobId)
  if (of.revision === undefined || of.revision === newest) {
    return { revision: newest, yaml: toYaml(job.settings) }
  }
  const settings = await findRevision(ctx.db, { jobId: of.jobId, revision: of.revision })
  if (!settings) throw jobsErrors.JOBS_REVISION_NOT_FOUND(of.jobId, of.revision, newest)
  return { revision: of.revision, yaml: toYaml(settings) }
}

function toYaml(settings: JobSettings): string {
  const { format: _format, ...shown } = settings
  return stringify(shown, { lineWidth: 100, aliasDuplicateObjects: false })
}

export async function viewRevisions(ctx: Ctx, jobId: number): Promise<Revision[]> {
  await getJob(ctx, jobId)
  return listRevisions(ctx.db, jobId)
}

/** Everything that is wrong with a text, each with its line and column; none when it may be saved. */
export async function checkSettingsText(ctx: Ctx, yaml: string): Promise<readonly YamlProblem[]> {
  try {
    await readSettings(ctx, yaml)
    return []
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return (error.details ?? [{ line: 1, column: 1, message: error.message }]) as YamlProblem[]
  }
}

/** Replaces the settings; refused when somebody else changed them since `revision` was read. */
export async function saveSettingsText(
  ctx: Ctx,
  input: { readonly jobId: number; readonly yaml: string; readonly revision: number },
): Promise<{ readonly revision: number }> {
  const settings = await readSettings(ctx, input.yaml)
  await resetJob(ctx, { jobId: input.jobId, settings, expectedRevision: input.revision })
  return { revision: await newestRevision(ctx.db, input.jobId) }
}

async function readSettings(ctx: Ctx, yaml: string): Promise<JobSettings> {
  const file = readYaml(yaml, 'job.yaml')
  const settings = file.check(JobSettings)
  try {
    await checkJobSettings(ctx, settings)
  } catch (error) {
    throw inPlace(file, settings, error)
  }
  return settings
}

function inPlace(file: YamlFile, settings: JobSettings, error: unknown): unknown {
  if (!(error instanceof AppError) || error.status >= 500) return error
  return file.problem(placeOfProblem(settings, error), error.message)
}
