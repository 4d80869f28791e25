import { describe, expect, test } from 'vitest'
import { planInputs } from './input-plan.ts'
import { parseScoringRequest } from './invocation-parser.ts'
import { parseModelFile } from './signature.ts'

const churn = parseModelFile(
  `
flavors:
  python_function: {loader_module: mlflow.sklearn, predict_fn: predict}
saved_input_example_info: {artifact_path: input_example.json}
signature:
  inputs: '[{"type":"double","name":"tenure","required":true},{"type":"string","name":"contract","required":true},{"type":"long","name":"lines","required":true},{"type":"double","name":"charges","required":false}]'
  outputs: '[{"type":"tensor","tensor-spec":{"dtype":"int64","shape":[-1]}}]'
  params: '[{"name":"limit","dtype":"double","default":0.5,"shape":null}]'
`,
  'churn/1',
)
const plan = planInputs(churn)
const json = 'application/json'

function bind(body: unknown, type = json) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return plan.bind(parseScoringRequest(text, type)).rows
}

describe('scoring protocol', () => {
  const row = [3, 'One year', 2, 9.5]
  const columns = ['tenure', 'contract', 'lines', 'charges']
  const record = { tenure: 3, contract: 'One year', lines: 2, charges: 9.5 }

  test.each([
    ['dataframe_split', { columns, data: [row], index: [0] }],
    ['dataframe_split', { columns: columns.toReversed(), data: [row.toReversed()] }],
    ['dataframe_records', [record]],
    ['instances', [record]],
    ['inputs', { tenure: [3], contract: ['One year'], lines: [2], charges: [9.5] }],
    ['inputs', record],
  ])('reads %s into signature order: %j', (format, value) => {
    expect(bind({ [format]: value })).toEqual([row])
  })

  test('reads CSV with quotes, types and missing values', () => {
    const csv = 'tenure,contract,lines,charges\r\n3,"One, ""year""",2,\nNaN,b,1,2'
    expect(bind(csv, 'text/csv; charset=utf-8')).toEqual([
      [3, 'One, "year"', 2, null],
      [null, 'b', 1, 2],
    ])
  })

  test('takes NaN as Python writes it, but not inside text', () => {
    const body =
      '{"dataframe_records":[{"tenure":NaN,"contract":"NaN \\" NaN","lines":1,"charges":-Infinity}]}'
    expect(bind(body)).toEqual([[null, 'NaN " NaN', 1, null]])
  })

  test('fills an absent optional column with a missing value', () => {
    const { charges: _, ...required } = record
    expect(bind({ dataframe_records: [required] })).toEqual([[3, 'One year', 2, null]])
  })

  test.each([
    [{}, /exactly one of the fields/],
    [{ inputs: [1], instances: [1] }, /found \['inputs', 'instances'\]/],
    [{ dataframe_records: [record], extra: 1 }, /'extra'/],
    ['[1]', /found a list of 1/],
    ['{"a"', /not valid JSON/],
    [{ dataframe_split: { columns, data: [[1]] } }, /Row 0 .* has 1 values.*4 columns/],
    [{ dataframe_split: [1] }, /'columns' and 'data'/],
    [{ inputs: { tenure: [1, 2], contract: ['a'] } }, /same length.*'tenure': 2, 'contract': 1/],
    [{ dataframe_records: [{ tenure: 1, charges: 2 }] }, /missing inputs \['contract', 'lines'\]/],
    [{ dataframe_records: [{ ...record, tenur: 1 }] }, /\['tenur'\] are not in the model/],
    [{ dataframe_records: [record, { ...record, tenure: 'x' }] }, /Row 1, column 'tenure'.*"x"/],
    [{ dataframe_records: [{ ...record, lines: 1.5 }] }, /'lines': expected a whole number/],
    [{ dataframe_records: [{ ...record, lines: null }] }, /'lines': .*found null/],
    [{ dataframe_records: [{ ...record, contract: 3 }] }, /'contract': expected text/],
    [{ instances: [[1, 2, 3, 4]] }, /missing inputs/],
    [{ dataframe_records: [record], params: [1] }, /'params' must be an object/],
  ])('refuses %j', (body, message) => {
    expect(() => bind(body)).toThrow(message)
  })

  test.each(['text/html', 'application/json; charset=latin1', ''])(
    'refuses the media type %j with 415',
    (type) => {
      expect(() => bind('{}', type)).toThrow(expect.objectContaining({ status: 415 }) as Error)
    },
  )

  test('checks parameters against the signature and fills in defaults', () => {
    expect(plan.bindParams(undefined)).toEqual({ limit: 0.5 })
    expect(plan.bindParams({ limit: 0.7 })).toEqual({ limit: 0.7 })
    expect(() => plan.bindParams({ limit: 'x' })).toThrow(/'limit' must be double/)
    expect(() => plan.bindParams({ limt: 1 })).toThrow(/no parameter 'limt'.*limit/)
  })
})

test('a tensor signature takes rows of its width only', () => {
  const model = parseModelFile(
    `flavors: {python_function: {}}
signature: {inputs: '[{"type":"tensor","tensor-spec":{"dtype":"float64","shape":[-1,2]}}]'}`,
    'm/1',
  )
  const tensor = planInputs(model)
  const body = (value: unknown) => parseScoringRequest(JSON.stringify(value), json)
  expect(tensor.bind(body({ inputs: [[1, null]] })).rows).toEqual([[1, null]])
  expect(() => tensor.bind(body({ instances: [[1, 2, 3]] }))).toThrow(/has 3 values.*takes 2/)
})

test('a model file without the Python flavour is refused by name', () => {
  expect(() => parseModelFile('flavors: {onnx: {}}', 'm/1')).toThrow(/m\/1.*found: onnx/)
})
