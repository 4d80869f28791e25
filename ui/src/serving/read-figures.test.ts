import { expect, it } from 'vitest'
import { readFigures } from './read-figures.ts'

it('sums over versions and finds quantiles in the buckets', () => {
  const text = `# HELP request_count_total Scoring requests
request_count_total{endpoint_name="churn",served_entity_name="a"} 90
request_count_total{endpoint_name="churn",served_entity_name="b"} 10
request_4xx_count_total{served_entity_name="a"} 2
request_latency_ms_bucket{served_entity_name="a",le="1"} 60
request_latency_ms_bucket{served_entity_name="a",le="5"} 90
request_latency_ms_bucket{served_entity_name="a",le="+Inf"} 90
request_latency_ms_bucket{served_entity_name="b",le="1"} 0
request_latency_ms_bucket{served_entity_name="b",le="5"} 10
request_latency_ms_bucket{served_entity_name="b",le="+Inf"} 10
`
  expect(readFigures(text)).toEqual({ requests: 100, refused: 2, failed: 0, p50: 1, p99: 5 })
  expect(readFigures('').p50).toBeUndefined()
})
