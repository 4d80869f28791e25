import { expect, test } from 'vitest'
import { closureOf, importsOf } from './closure.ts'

test.each([
  ['import a', ['a']],
  ['import a.b as c, d', ['a', 'a.b', 'd']],
  ['from a.b import c, d as e', ['a', 'a.b.c', 'a.b', 'a.b.d']],
  ['from a import (\n  b, # why\n  c,\n)', ['a', 'a.b', 'a.c']],
  ['from . import b', ['b']],
  ['from ..x.y import z', ['x', 'x.y', 'x.y.z']],
  ['if True: import a; from b import c', ['a', 'b', 'b.c']],
  ['from a import \\\n  b', ['a', 'a.b']],
  ['# MAGIC %run ../lib/shared', ['lib.shared']],
  ['# import a\nx = "import b"', []],
  ['def f():\n    import a', ['a']],
  [JSON.stringify({ cells: [{ source: ['import a\n', 'import b'] }] }), ['a', 'b']],
])('%j imports %j', (text, names) => {
  expect(importsOf(text)?.sort()).toEqual(names.toSorted())
})

test.each(['importlib.import_module(n)', '__import__("a")', 'exec(code)'])(
  '%s could import anything',
  (text) => {
    expect(importsOf(text)).toBeUndefined()
  },
)

const texts: Readonly<Record<string, string>> = {
  '/p/main.py': 'from lib import helper\n',
  '/p/lib/__init__.py': '',
  '/p/lib/helper.py': 'from . import deep\n',
  '/p/lib/deep.py': 'import os\n',
  '/p/other.py': 'import lib\n',
  '/p/rules.yml': 'a: 1\n',
}
const files = Object.keys(texts).map((path) => ({
  path,
  hash: path,
  isCode: path.endsWith('.py'),
}))

test('takes what is imported, directly or not, and what is no code; nothing else', async () => {
  const closure = await closureOf('/p/main.py', files, async (path) => texts[path] ?? '')
  expect([...closure].sort()).toEqual([
    '/p/lib/__init__.py',
    '/p/lib/deep.py',
    '/p/lib/helper.py',
    '/p/main.py',
    '/p/rules.yml',
  ])
})

test('takes everything where imports cannot be seen', async () => {
  const read = async (path: string) =>
    path === '/p/lib/deep.py' ? 'import importlib\n' : (texts[path] ?? '')
  const closure = await closureOf('/p/main.py', files, read)
  expect(closure.size).toBe(files.length)
})
