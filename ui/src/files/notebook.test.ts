import { expect, it } from 'vitest'
import { parseNotebook } from './notebook.ts'

it('shows the richest form of each output, without terminal colours', () => {
  const text = JSON.stringify({
    cells: [
      { cell_type: 'markdown', source: ['# Title\n', 'text'] },
      {
        cell_type: 'code',
        execution_count: 3,
        source: 'df.head()',
        outputs: [
          { output_type: 'stream', text: ['\u001B[31mred\u001B[0m\n'] },
          { output_type: 'execute_result', data: { 'text/plain': 'df', 'text/html': '<b>1</b>' } },
          { output_type: 'display_data', data: { 'image/png': 'QUJD\n' } },
          { output_type: 'error', ename: 'ValueError', evalue: 'no', traceback: [] },
        ],
      },
    ],
  })
  const { cells } = parseNotebook(text)
  expect(cells[0]?.source).toBe('# Title\ntext')
  expect(cells[1]?.outputs).toEqual([
    { kind: 'text', text: 'red\n' },
    { kind: 'html', html: '<b>1</b>' },
    { kind: 'image', source: 'data:image/png;base64,QUJD' },
    { kind: 'error', text: 'ValueError: no' },
  ])
})

it.each([
  ['{', 'is not JSON'],
  ['{"worksheets": []}', 'no cells'],
])('says what is wrong with %s', (text, problem) => {
  expect(() => parseNotebook(text)).toThrow(problem)
})
