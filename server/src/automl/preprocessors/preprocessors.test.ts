import { expect, test } from 'vitest'
import { columnKinds, preprocessors } from './all.ts'
import { preprocessorContract } from './contract.ts'

for (const kind of columnKinds) preprocessorContract(preprocessors[kind])

test('every preprocessor stands under its own kind', () => {
  expect(columnKinds.map((kind) => preprocessors[kind].kind)).toEqual(columnKinds)
})
