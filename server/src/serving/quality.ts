/** Metrics of scored rows. Classification compares texts, so `1`, `true` and `Yes` all work as labels. */
export const qualityMetrics = [
  'roc_auc',
  'accuracy',
  'f1',
  'precision',
  'recall',
  'log_loss',
  'positive_rate',
  'rmse',
  'mae',
  'r2',
] as const
export type QualityMetric = (typeof qualityMetrics)[number]

/** Metrics where less is better. */
export const lowerIsBetter: ReadonlySet<QualityMetric> = new Set(['log_loss', 'rmse', 'mae'])

export interface QualityQuery {
  /** A relation as SQL: a table or view name. */
  readonly from: string
  readonly label: string
  readonly prediction: string
  /** Column with the probability of the positive label; roc_auc and log_loss need it. */
  readonly probability?: string
  /** The label that counts as positive; absent for regression. */
  readonly positive?: string
  readonly metrics: readonly QualityMetric[]
  /** Column whose values are scored apart. */
  readonly slice?: string
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * A SELECT of `slice` (text), `rows` and one column per metric, in the order asked, over rows whose
 * label is known. ROC AUC is the Mann-Whitney statistic with average ranks; log loss clips
 * probabilities to 1e-15.
 */
export function qualitySql(query: QualityQuery): string {
  const slice = query.slice === undefined ? `''` : `CAST(${quote(query.slice)} AS VARCHAR)`
  const expressions = query.metrics.map((metric) => `${expressionOf(metric)} AS ${metric}`)
  const truth = query.positive === undefined ? numbers(query) : classes(query, query.positive)
  return `WITH q AS (SELECT ${slice} AS __slice, ${truth}
      FROM ${query.from} WHERE ${quote(query.label)} IS NOT NULL),
    r AS (SELECT *, rank() OVER (PARTITION BY __slice ORDER BY __s)
      + (count(*) OVER (PARTITION BY __slice, __s) - 1) / 2.0 AS __r FROM q)
    SELECT __slice, count(*) AS rows, ${expressions.join(', ')} FROM r GROUP BY __slice ORDER BY __slice`
}

function classes(query: QualityQuery, positive: string): string {
  const literal = `'${positive.replaceAll("'", "''")}'`
  const probability = query.probability === undefined ? 'NULL' : quote(query.probability)
  return `CAST(CAST(${quote(query.label)} AS VARCHAR) = ${literal} AS INT) AS __y,
    CAST(CAST(${quote(query.prediction)} AS VARCHAR) = ${literal} AS INT) AS __p,
    CAST(${probability} AS DOUBLE) AS __s`
}

function numbers(query: QualityQuery): string {
  return `CAST(${quote(query.label)} AS DOUBLE) AS __y,
    CAST(${quote(query.prediction)} AS DOUBLE) AS __p, CAST(${quote(query.prediction)} AS DOUBLE) AS __s`
}

const positives = `sum(__y)`
const hits = `sum(__y * __p)`

function expressionOf(metric: QualityMetric): string {
  switch (metric) {
    case 'roc_auc':
      return `(sum(__r) FILTER (WHERE __y = 1) - ${positives} * (${positives} + 1) / 2.0)
        / nullif(${positives} * (count(*) - ${positives}), 0)`
    case 'accuracy':
      return `avg(CAST(__y = __p AS INT))`
    case 'f1':
      return `2.0 * ${hits} / nullif(${positives} + sum(__p), 0)`
    case 'precision':
      return `CAST(${hits} AS DOUBLE) / nullif(sum(__p), 0)`
    case 'recall':
      return `CAST(${hits} AS DOUBLE) / nullif(${positives}, 0)`
    case 'log_loss':
      return `avg(-ln(greatest(1e-15, CASE WHEN __y = 1 THEN __s ELSE 1 - __s END)))`
    case 'positive_rate':
      return `avg(__p)`
    case 'rmse':
      return `sqrt(avg((__y - __p) ** 2))`
    case 'mae':
      return `avg(abs(__y - __p))`
    case 'r2':
      return `1 - sum((__y - __p) ** 2) / nullif(var_pop(__y) * count(*), 0)`
  }
}
