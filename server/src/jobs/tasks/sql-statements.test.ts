import { expect, test } from 'vitest'
import { splitStatements } from './sql-statements.ts'

test('splits at semicolons outside of quotes and comments', () => {
  const text = `select 'a;b', "c;d", \`e;f\`; -- no; more
    /* ; */ select 'it''s; \\'';
    ;
    -- only a comment`
  expect(splitStatements(text)).toEqual([
    `select 'a;b', "c;d", \`e;f\``,
    `-- no; more
    /* ; */ select 'it''s; \\''`,
  ])
  expect(splitStatements('  ')).toEqual([])
})
