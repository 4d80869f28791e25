import type { Grammar } from '../kit/filter-completion.ts'

/** What runs are searched by, beside their metrics, params and tags. */
export const runGrammar: Grammar = {
  attributes: [
    { text: 'attributes.status', note: 'attribute' },
    { text: 'attributes.run_name', note: 'attribute' },
    { text: 'attributes.user_id', note: 'attribute' },
    { text: 'attributes.start_time', note: 'attribute, epoch ms' },
    { text: 'attributes.end_time', note: 'attribute, epoch ms' },
    { text: 'dataset.name', note: 'dataset' },
    { text: 'dataset.digest', note: 'dataset' },
  ],
  values: { 'attributes.status': ['FINISHED', 'RUNNING', 'FAILED', 'SCHEDULED', 'KILLED'] },
  nameAttribute: 'attributes.run_name',
  example: "metrics.auc > 0.8 AND params.model = 'lightgbm'",
}

/** What traces are searched by, beside their tags and metadata. */
export const traceGrammar: Grammar = {
  attributes: [
    { text: 'attributes.name', note: 'attribute' },
    { text: 'attributes.status', note: 'attribute' },
    { text: 'attributes.execution_time_ms', note: 'attribute, ms' },
    { text: 'attributes.timestamp_ms', note: 'attribute, epoch ms' },
    { text: 'attributes.run_id', note: 'attribute' },
  ],
  values: { 'attributes.status': ['OK', 'ERROR', 'IN_PROGRESS'] },
  nameAttribute: 'attributes.name',
  example: "attributes.status = 'ERROR' AND attributes.execution_time_ms > 500",
}

/** What registered models are searched by, beside their tags. */
export const modelGrammar: Grammar = {
  attributes: [{ text: 'name', note: 'attribute' }],
  values: {},
  nameAttribute: 'name',
  example: "churn, or: name LIKE 'churn%' AND tags.task = 'classification'",
}
