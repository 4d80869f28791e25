import { expect, it } from 'vitest'
import { datasetFacts } from './dataset-facts.ts'

it("reads MLflow's schema, profile and source", () => {
  const schema = {
    mlflow_colspec: [{ type: 'long', name: 'id', required: true }, { type: 'double' }],
  }
  const facts = datasetFacts({
    dataset: {
      name: 'photos',
      digest: 'd1',
      source: '{"url":"https://example.org/photos.tar"}',
      schema: JSON.stringify(schema),
      profile: '{"num_rows":48210,"mean":{"id":2}}',
    },
  })
  expect(facts).toEqual({
    columns: [
      { name: 'id', type: 'long', required: true },
      { name: 'column 2', type: 'double', required: false },
    ],
    profile: [
      { name: 'rows', value: '48,210' },
      { name: 'mean', value: '{"id":2}' },
    ],
    source: 'https://example.org/photos.tar',
  })
})

it('leaves out what it cannot read', () => {
  const dataset = { name: 'a', digest: 'b', schema: 'not json', profile: '[1]', source: 'x' }
  expect(datasetFacts({ dataset })).toEqual({ columns: [], profile: [], source: undefined })
})
