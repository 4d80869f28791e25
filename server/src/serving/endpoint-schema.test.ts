import { describe, expect, test } from 'vitest'
import { parseConfig } from './endpoint-schema.ts'
import { pickEntity, type LiveEntity } from './live-endpoint.ts'

const entity = (version: string) => ({ entity_name: 'churn', entity_version: version })
const route = (name: string, share: number) => ({
  served_model_name: name,
  traffic_percentage: share,
})

describe('endpoint config', () => {
  test('fills in names, traffic and where traffic is recorded', () => {
    expect(
      parseConfig('live', { served_entities: [entity('3')], auto_capture_config: {} }),
    ).toEqual({
      entities: [
        {
          name: 'churn-3',
          model: { name: 'churn', version: 3 },
          workloadSize: 'Small',
          scaleToZero: false,
          environmentVars: {},
          trafficPercentage: 100,
        },
      ],
      capture: { catalog: 'main', schema: 'default', prefix: 'live', enabled: true },
    })
  })

  test('reads the older spelling and shares the traffic', () => {
    const config = parseConfig('live', {
      served_models: [
        { model_name: 'churn', model_version: '1', name: 'a', scale_to_zero_enabled: true },
        { model_name: 'churn', model_version: '2', name: 'b', workload_size: 'Large' },
      ],
      traffic_config: { routes: [route('a', 10), route('b', 90)] },
    })
    expect(config.entities).toMatchObject([
      { name: 'a', scaleToZero: true, trafficPercentage: 10 },
      { name: 'b', workloadSize: 'Large', trafficPercentage: 90 },
    ])
  })

  const two = [entity('1'), entity('2')]
  test.each([
    [{}, /exactly one of 'served_entities' and 'served_models'/],
    [{ served_entities: [entity('latest')] }, /'latest' is not a version of churn/],
    [{ served_entities: [entity('1'), entity('1')] }, /Two served entities are named 'churn-1'/],
    [{ served_entities: two }, /must share 100 percent among \[churn-1, churn-2\]/],
    [
      { served_entities: two, traffic_config: { routes: [route('churn-1', 90)] } },
      /add up to 100 percent; found 90/,
    ],
    [
      { served_entities: two, traffic_config: { routes: [route('churn-3', 100)] } },
      /names 'churn-3'; it must name each of \[churn-1, churn-2\]/,
    ],
    [
      { served_entities: [{ ...entity('1'), environment_vars: { KEY: '{{secrets/a/b}}' } }] },
      /environment_vars.KEY refers to a secret/,
    ],
  ])('refuses %j', (body, message) => {
    expect(() => parseConfig('live', body)).toThrow(message)
  })
})

test('requests are shared by percentage', () => {
  const shares = { a: 10, b: 0, c: 90 }
  const entities = Object.entries(shares).map(
    ([name, trafficPercentage]) => ({ name, trafficPercentage }) as LiveEntity,
  )
  const picked = [0, 0.05, 0.0999, 0.1, 0.5, 0.99999999].map((d) => pickEntity(entities, d)?.name)
  expect(picked).toEqual(['a', 'a', 'a', 'c', 'c', 'c'])
})
