import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli, type CliResult } from '../support/cli.ts'
import { startServer } from '../support/server.ts'

async function startedBundle() {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'))
  const server = await startServer()
  const cli = (...args: readonly string[]): Promise<CliResult> =>
    runCli(args, { url: server.url, cwd: folder })
  expect((await cli('init', '.')).code).toBe(0)
  return {
    folder,
    server,
    cli,
    json: async <T>(...args: readonly string[]): Promise<T> => {
      const { stdout, stderr, code } = await cli(...args, '--json')
      expect([stderr, code]).toEqual(['', 0])
      return JSON.parse(stdout) as T
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

interface Plan {
  readonly changes: readonly { readonly action: string; readonly resource: string }[]
}

test('a new bundle deploys, runs, and says what it printed', async () => {
  await using bundle = await startedBundle()
  expect((await bundle.cli('deploy')).stdout).toContain('+ jobs.hello')
  const run = await bundle.cli('run', 'hello')
  expect(run.stderr).toBe('')
  expect(run.stdout).toContain('SUCCESS')
  const [listed] = await bundle.json<{ run_id: number }[]>('runs', 'hello')
  const logs = await bundle.cli('logs', String(listed?.run_id))
  expect(logs.stdout).toBe('Hello, dev!\n')
})

test('shows the whole of a long log, also when it follows it', async () => {
  await using bundle = await startedBundle()
  const code = 'for n in range(15_000):\n    print(f"line {n:05d}", "x" * 50)\n'
  await writeFile(join(bundle.folder, 'src', 'hello.py'), code)
  await bundle.cli('deploy')
  const { run_id: runId } = await bundle.json<{ run_id: number }>('run', 'hello', '--no-wait')
  const lines = Array.from(
    { length: 15_000 },
    (_, n) => `line ${String(n).padStart(5, '0')} ${'x'.repeat(50)}\n`,
  )
  expect((await bundle.cli('logs', String(runId), '-f')).stdout).toBe(lines.join(''))
  expect((await bundle.cli('logs', String(runId))).stdout).toBe(lines.join(''))
})

test('a second deploy changes nothing, a rename changes the same job', async () => {
  await using bundle = await startedBundle()
  const first = await bundle.json<{ resources: object }>('deploy')
  const plan = await bundle.json<Plan>('plan')
  expect(plan.changes).toMatchObject([{ action: 'keep', resource: 'jobs.hello' }])
  const file = join(bundle.folder, 'millrace.yml')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('name: hello\n', 'name: greeting\n'))
  const second = await bundle.json<{ resources: Record<string, { id: number }> }>('deploy')
  expect(second.resources['jobs.hello']?.id).toBe(
    (first.resources as Record<string, { id: number }>)['jobs.hello']?.id,
  )
  await writeFile(file, text.replace(/resources:[^]*?targets:/, 'targets:'))
  expect((await bundle.json<Plan>('plan')).changes).toMatchObject([{ action: 'delete' }])
})

test('a failing task shows its error and ends the command with 1', async () => {
  await using bundle = await startedBundle()
  await writeFile(join(bundle.folder, 'src', 'hello.py'), 'raise ValueError("no such greeting")\n')
  await bundle.cli('deploy')
  const run = await bundle.cli('run', 'hello')
  expect(run.code).toBe(1)
  expect(run.stdout).toContain('ValueError: no such greeting')
})

test('a file that was removed is gone after the next deploy', async () => {
  await using bundle = await startedBundle()
  await writeFile(join(bundle.folder, 'src', 'old.py'), '')
  await bundle.cli('deploy')
  await rm(join(bundle.folder, 'src', 'old.py'))
  const { root_path: root } = await bundle.json<{ root_path: string }>('validate')
  await bundle.cli('deploy')
  const url = new URL('/api/2.0/workspace/list', bundle.server.url)
  url.searchParams.set('path', `${root}/files/src`)
  const answer = (await (await fetch(url)).json()) as { objects: { path: string }[] }
  expect(answer.objects.map((object) => object.path)).toEqual([`${root}/files/src/hello.py`])
})

test('names the jobs that there are when one is misspelt', async () => {
  await using bundle = await startedBundle()
  await bundle.cli('deploy')
  const run = await bundle.cli('run', 'helo')
  expect(run.code).toBe(2)
  expect(run.stderr).toContain("There is no job 'helo'")
})
