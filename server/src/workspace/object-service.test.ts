import { mkdtemp, readFile as readLocal, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { testCtx, testDialects } from '../core/testing.ts'
import { workspaceMigrations } from './migrations.ts'
import {
  deleteObject,
  exportObject,
  hashFile,
  importObject,
  listFolder,
  makeDirectories,
  materialise,
  readFile,
  statFile,
  writeFile,
} from './object-service.ts'

const notebook = Buffer.from(
  '# Databricks notebook source\n# MAGIC %md\n# MAGIC # Title\n\n# COMMAND ----------\n\nprint(1)\n',
)
const text = (value: string) => Buffer.from(value)

describe.each(testDialects)('workspace objects on %s', (dialect) => {
  test('reads back what was written, and only replaces it when told to', async () => {
    await using ctx = await testCtx(dialect, workspaceMigrations)
    const path = '/Shared/churn/train.py'
    await writeFile(ctx, { path, content: text('a = 1'), parents: true })
    await expect(writeFile(ctx, { path, content: text('a = 2') })).rejects.toMatchObject({
      code: 'WORKSPACE_ALREADY_EXISTS',
    })
    expect((await readFile(ctx, path)).toString()).toBe('a = 1')
    const before = await statFile(ctx, path)
    await writeFile(ctx, { path: `/Workspace${path}`, content: text('a = 2'), overwrite: true })
    expect((await readFile(ctx, path)).toString()).toBe('a = 2')
    expect((await statFile(ctx, path)).objectId).toBe(before.objectId)
    expect(await hashFile(ctx, path)).not.toBe(before.hash)
  })

  test('names the folder that is missing', async () => {
    await using ctx = await testCtx(dialect, workspaceMigrations)
    const write = writeFile(ctx, { path: '/Shared/none/a.py', content: text('') })
    await expect(write).rejects.toThrow('The parent folder (/Shared/none) does not exist')
  })

  test('deletes a folder only with all that is in it, and nothing beside it', async () => {
    await using ctx = await testCtx(dialect, workspaceMigrations)
    await makeDirectories(ctx, '/Shared/a_b/deep')
    await writeFile(ctx, { path: '/Shared/a_b/deep/x', content: text('x') })
    await writeFile(ctx, { path: '/Shared/aXb/x', content: text('x'), parents: true })
    await writeFile(ctx, { path: '/Shared/A_B/x', content: text('x'), parents: true })
    await expect(deleteObject(ctx, '/Shared/a_b', false)).rejects.toMatchObject({
      code: 'WORKSPACE_DIRECTORY_NOT_EMPTY',
    })
    await deleteObject(ctx, '/Shared/a_b', true)
    const left = (await listFolder(ctx, '/Shared')).map((object) => object.path)
    expect(left.toSorted()).toEqual(['/Shared/A_B', '/Shared/aXb'])
  })

  test.each([
    'relative.py',
    '/a/../b',
    '/a//b',
    '/a/./b',
    '/a\\b',
    '/a\0b',
    `/${'x'.repeat(2000)}`,
  ])('refuses the path %j', async (path) => {
    await using ctx = await testCtx(dialect, workspaceMigrations)
    await expect(statFile(ctx, path)).rejects.toMatchObject({ code: 'WORKSPACE_PATH_INVALID' })
  })

  test('imports by extension and header with AUTO', async () => {
    await using ctx = await testCtx(dialect, workspaceMigrations)
    const make = async (path: string, content: Buffer) => {
      const made = await importObject(ctx, { path, content, format: 'AUTO' })
      return [made.path, made.type, made.language ?? null]
    }
    expect(await make('/Shared/a.py', notebook)).toEqual(['/Shared/a', 'NOTEBOOK', 'PYTHON'])
    expect(await make('/Shared/b.py', text('x = 1'))).toEqual(['/Shared/b.py', 'FILE', null])
    expect(await make('/Shared/c.ipynb', text('{"cells": []}'))).toEqual([
      '/Shared/c',
      'NOTEBOOK',
      'PYTHON',
    ])
    await expect(make('/Shared/d.ipynb', text('{oops'))).rejects.toMatchObject({
      code: 'WORKSPACE_NOTEBOOK_INVALID',
    })
  })

  test('exports a source notebook as Jupyter and back without a loss', async () => {
    await using ctx = await testCtx(dialect, workspaceMigrations)
    await importObject(ctx, { path: '/Shared/a.py', content: notebook, format: 'AUTO' })
    const jupyter = await exportObject(ctx, '/Shared/a', 'JUPYTER')
    const cells = (JSON.parse(jupyter.content.toString()) as { cells: unknown[] }).cells
    expect(cells).toMatchObject([
      { cell_type: 'markdown', source: ['# Title'] },
      { cell_type: 'code', source: ['print(1)'] },
    ])
    await importObject(ctx, { path: '/Shared/b', content: jupyter.content, format: 'JUPYTER' })
    const source = await exportObject(ctx, '/Shared/b', 'SOURCE')
    expect(source.content.toString()).toBe(notebook.toString())
  })

  test('materialises a folder with the hash of every file', async () => {
    await using ctx = await testCtx(dialect, workspaceMigrations)
    await writeFile(ctx, { path: '/Shared/p/lib/x.py', content: text('x = 1'), parents: true })
    await writeFile(ctx, { path: '/Shared/p/run.py', content: notebook })
    const folder = await mkdtemp(join(tmpdir(), 'millrace-materialise-'))
    try {
      const made = await materialise(ctx, '/Shared/p', join(folder, 'code'))
      expect(made.files.map((file) => file.workspacePath)).toEqual([
        '/Shared/p/lib/x.py',
        '/Shared/p/run',
      ])
      expect(await readLocal(join(folder, 'code/lib/x.py'), 'utf8')).toBe('x = 1')
      expect(await readLocal(join(folder, 'code/run.py'))).toEqual(notebook)
      expect(made.files[0]?.hash).toBe(await hashFile(ctx, '/Shared/p/lib/x.py'))
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
