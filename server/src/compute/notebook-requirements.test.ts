import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { notebookRequirements } from './notebook-requirements.ts'

async function notebook(name: string, text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-test-'))
  await writeFile(join(folder, 'requirements.txt'), 'polars==1.0\n# more\n')
  await writeFile(join(folder, name), text)
  return {
    folder,
    path: join(folder, name),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

test('finds what a source notebook installs', async () => {
  await using b = await notebook(
    'a.py',
    `# Databricks notebook source
# MAGIC %pip install -q pandas==2.3.1 "scikit-learn>=1.5, <2"  # fixed
# COMMAND ----------
# MAGIC %pip install -r requirements.txt ./my.whl
# COMMAND ----------
print("%pip install nothing")
`,
  )
  expect(await notebookRequirements(b.path)).toEqual([
    'pandas==2.3.1',
    'scikit-learn>=1.5, <2',
    'polars==1.0',
    '# more',
    '',
    join(b.folder, 'my.whl'),
  ])
})

test('finds what a Jupyter notebook installs, in code cells only', async () => {
  const cells = [
    { cell_type: 'markdown', source: '%pip install no' },
    { cell_type: 'code', source: ['import x\n', '!pip install a\n', '%pip install b c'] },
  ]
  await using b = await notebook('a.ipynb', JSON.stringify({ cells }))
  expect(await notebookRequirements(b.path)).toEqual(['a', 'b', 'c'])
  await using broken = await notebook('b.ipynb', '{ pip')
  expect(await notebookRequirements(broken.path)).toEqual([])
})

test.each(['--index-url http://x y', '{package}', '$package'])(
  'refuses %s, which only a running notebook could know',
  async (words) => {
    await using b = await notebook('a.py', `%pip install ${words}\n`)
    await expect(notebookRequirements(b.path)).rejects.toMatchObject({
      code: 'COMPUTE_REQUIREMENT_INVALID',
      message: expect.stringContaining('%pip install'),
    })
  },
)
