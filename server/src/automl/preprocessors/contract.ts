import { describe, expect, test } from 'vitest'
import { tasks } from '../learners/contract.ts'
import type { FeatureColumn, ImputerStrategy } from '../types.ts'
import type { ColumnGroup, Preprocessor } from './preprocessor.ts'

const constant: ImputerStrategy = { strategy: 'constant', fill_value: 'it\'s "odd"' }

/** Every shape of group that a preprocessor may meet. */
function groupsOf({ kind }: Preprocessor): readonly ColumnGroup[] {
  const groups: ColumnGroup[] = []
  for (const task of tasks.slice(0, 4)) {
    for (const scaled of [true, false]) {
      for (const missing of [0, 3]) {
        for (const imputer of [undefined, 'most_frequent', constant] as const) {
          const column = { name: 'a "b"', kind, isBooleanType: kind === 'boolean', missing }
          groups.push(groupOf(column, { imputer, scaled, task }))
          groups.push(groupOf({ ...column, isBooleanType: false }, { imputer, scaled, task }))
        }
      }
    }
  }
  return groups
}

function groupOf(
  column: FeatureColumn,
  given: Pick<ColumnGroup, 'imputer' | 'scaled' | 'task'>,
): ColumnGroup {
  return { variable: 'group', columns: [column], ...given }
}

/** What every preprocessor keeps; `tests/automl` executes what it writes. */
export function preprocessorContract(preprocessor: Preprocessor): void {
  describe(`${preprocessor.kind} keeps the preprocessor contract`, () => {
    test('imports every class it names, and nothing of ours', () => {
      for (const group of groupsOf(preprocessor)) {
        const { imports, lines, transformer } = preprocessor.source(group)
        const imported = imports.map((line) => /import (\w+)/.exec(line)?.[1])
        const named = Array.from(transformer.matchAll(/\b([A-Z]\w+|make_pipeline)\(/g), (m) => m[1])
        for (const name of named) expect(imported).toContain(name)
        expect([...imports, ...lines, transformer].join('\n')).not.toMatch(/millrace/i)
      }
    })

    test('writes one expression on one line', () => {
      for (const group of groupsOf(preprocessor)) {
        const { transformer } = preprocessor.source(group)
        expect(transformer).not.toContain('\n')
        expect(transformer).toMatch(/^("passthrough"|\w+\(.*\))$/)
      }
    })

    test('fills in what was asked for', () => {
      const asked = groupsOf(preprocessor).filter(({ imputer }) => imputer === constant)
      const written = asked.map((group) => preprocessor.source(group).transformer)
      const filled = written.filter((text) => text.includes('fill_value="it\'s \\"odd\\""'))
      const ignores = ['datetime', 'text'].includes(preprocessor.kind)
      expect(filled.length > 0).toBe(!ignores)
    })

    test('says what it does', () => {
      for (const group of groupsOf(preprocessor)) {
        expect(preprocessor.source(group).says).toMatch(/^\w.{5,}/)
      }
    })
  })
}
