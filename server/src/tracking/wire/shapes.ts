import type { LoggedModelStatus, RunStatus, ViewType } from '../types.ts'
import { f } from './fields.ts'

/** Messages that several requests share. */
export const keyValue = { key: f.text.required, value: f.text.or('') }

export const metric = {
  key: f.text.required,
  value: f.double.required,
  timestamp: f.int.required,
  step: f.int.or(0),
  model_id: f.text,
  dataset_name: f.text,
  dataset_digest: f.text,
}

export const datasetInput = {
  tags: f.list(f.message({ key: f.text.required, value: f.text.or('') }).required).or([]),
  dataset: f.message({
    name: f.text.required,
    digest: f.text.required,
    source_type: f.text.required,
    source: f.text.required,
    schema: f.text,
    profile: f.text,
  }).required,
}

export const runStatus = f.choice<RunStatus>({
  RUNNING: 1,
  SCHEDULED: 2,
  FINISHED: 3,
  FAILED: 4,
  KILLED: 5,
})

export const viewType = f.choice<ViewType>({ ACTIVE_ONLY: 1, DELETED_ONLY: 2, ALL: 3 })

export const loggedModelStatus = f.choice<LoggedModelStatus>({
  LOGGED_MODEL_STATUS_UNSPECIFIED: 0,
  LOGGED_MODEL_PENDING: 1,
  LOGGED_MODEL_READY: 2,
  LOGGED_MODEL_UPLOAD_FAILED: 3,
})
