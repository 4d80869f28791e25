import { expect, it } from 'vitest'
import { inputFields, toRecord } from './input-fields.ts'

const record = {
  required: ['tenure'],
  properties: {
    tenure: { type: 'integer' },
    charges: { type: ['number', 'null'] },
    contract: { type: 'string' },
    senior: { type: 'boolean' },
  },
}
const schema = { properties: { dataframe_records: { items: record } } }
const document = {
  paths: {
    '/invocations': { post: { requestBody: { content: { 'application/json': { schema } } } } },
  },
}

it('reads the columns of a row from the OpenAPI document', () => {
  expect(inputFields(document).map(({ name, kind, required }) => [name, kind, required])).toEqual([
    ['tenure', 'integer', true],
    ['charges', 'number', false],
    ['contract', 'text', false],
    ['senior', 'boolean', false],
  ])
  expect(inputFields({})).toEqual([])
})

it('turns what was typed into a row', () => {
  const typed = { tenure: '12', charges: '', contract: '1', senior: 'yes' }
  expect(toRecord(inputFields(document), typed)).toEqual({
    tenure: 12,
    charges: null,
    contract: '1',
    senior: true,
  })
})
