import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli, type CliResult } from '../support/cli.ts'
import { startServer, type ServerProcess } from '../support/server.ts'
import { apiOf, type Api } from './api.ts'

let server: ServerProcess
let api: Api
let folder: string
beforeAll(async () => {
  server = await startServer()
  api = apiOf(server)
  folder = await mkdtemp(join(tmpdir(), 'millrace-bad-bundle-'))
  await cli('init', '.')
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

function cli(...args: readonly string[]): Promise<CliResult> {
  return runCli(args, { url: server.url, cwd: folder })
}

/** Runs the command on a bundle whose `millrace.yml` was changed, and puts the file back. */
async function withChange(
  from: string | RegExp,
  to: string,
  ...args: string[]
): Promise<CliResult> {
  const file = join(folder, 'millrace.yml')
  const text = await readFile(file, 'utf8')
  const changed = text.replace(from, to)
  expect(changed).not.toBe(text)
  await writeFile(file, changed)
  try {
    return await cli(...args)
  } finally {
    await writeFile(file, text)
  }
}

const brokenBundles: readonly (readonly [string, string | RegExp, string, RegExp])[] = [
  ['YAML that breaks off', /$/, '\nx: [1,\n', /millrace\.yml:\d+:\d+: /],
  ['a key that is misspelt', 'resources:', 'resorces:', /millrace\.yml:\d+:1: .*resorces/s],
  [
    'a field of a job that is misspelt',
    'task_key:',
    'task_kee:',
    /millrace\.yml:\d+:\d+: .*task_kee/s,
  ],
  [
    'a variable that is not there',
    'name: hello\n',
    'name: ${var.nope}\n',
    /millrace\.yml:\d+:\d+: .*nope/s,
  ],
]

test.each(brokenBundles.map(([name, from, to, says]) => ({ name, from, to, says })))(
  '$name in millrace.yml is named with line and column, and nothing is deployed',
  async ({ from, to, says }) => {
    for (const verb of ['validate', 'deploy']) {
      const { code, stdout, stderr } = await withChange(from, to, verb)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(says)
      expect(stderr).not.toMatch(/^\s+at /m)
    }
    expect(await api.get('/api/2.2/jobs/list')).toMatchObject({ jobs: [] })
  },
)

test('a target that is not there is named with those that are', async () => {
  const { code, stderr } = await cli('deploy', '--target', 'live')
  expect(code).toBe(2)
  expect(stderr).toMatch(/live.*dev/s)
})

test('a notebook and a file that are missing stop the run with their path', async () => {
  const tasks = [
    { task_key: 'book', notebook_task: { notebook_path: '/Shared/ghost' } },
    { task_key: 'file', spark_python_task: { python_file: '/Shared/ghost.py' } },
  ]
  for (const task of tasks) {
    const { run_id: runId } = await api.post<{ run_id: number }>('/api/2.2/jobs/runs/submit', {
      tasks: [task],
    })
    const run = await api.ended(runId)
    expect(run.state.result_state).toBe('FAILED')
    expect(run.state.state_message).toMatch(/\/Shared\/ghost.*doesn't exist/)
  }
})

test('a task that fails ends its run, skips what depends on it, and leaves no row', async () => {
  const code = `
import millrace
import pandas as pd

millrace.write_table("half", pd.DataFrame({"a": [1]}), mode="append")
raise ValueError("the second half is missing")
`
  const content = Buffer.from(code).toString('base64')
  await api.post('/api/2.0/workspace/import', { path: '/Shared/half.py', content, format: 'AUTO' })
  const python = { python_file: '/Shared/half.py' }
  const { run_id: runId } = await api.post<{ run_id: number }>('/api/2.2/jobs/runs/submit', {
    environments: [{ environment_key: 'e', spec: { dependencies: ['pandas', 'pyarrow'] } }],
    tasks: [
      { task_key: 'first', environment_key: 'e', spark_python_task: python },
      {
        task_key: 'second',
        depends_on: [{ task_key: 'first' }],
        environment_key: 'e',
        spark_python_task: python,
      },
    ],
  })
  const run = await api.ended(runId)
  expect(run.state).toMatchObject({ life_cycle_state: 'TERMINATED', result_state: 'FAILED' })
  expect(run.state.state_message).toContain('ValueError: the second half is missing')
  expect(run.tasks[1]).toMatchObject({ state: { result_state: 'UPSTREAM_FAILED' } })
  expect(await api.version('half')).toBeUndefined()
})

test('a broken week stops the churn pipeline, names rows and rules, and reaches no table', async () => {
  const churn = resolve('examples/churn')
  const deployed = await runCli(['deploy'], { url: server.url, cwd: churn })
  expect(deployed.code).toBe(0)
  const good = await readFile(join(churn, 'data', 'telco_churn.csv'), 'utf8')
  const [head = '', first = '', ...rows] = good.split('\n')
  const broken = [head, first, first, ...rows].join('\n').replace(',Month-to-month,', ',Weekly,')
  const content = Buffer.from(broken).toString('base64')
  await api.post('/api/2.0/workspace/import', { path: '/Shared/week.csv', content, format: 'AUTO' })
  const run = await runCli(['run', 'churn-pipeline', '--param', 'file=/Shared/week.csv'], {
    url: server.url,
    cwd: churn,
  })
  expect(run.code).toBe(1)
  expect(run.stdout).toMatch(/unique customer_id: found .*row 1: /)
  expect(run.stdout).toMatch(/allowed contract: found .*row \d+: Weekly/)
  expect(await api.version('main.churn.customers')).toBeUndefined()
  const active = await api.get<{ runs?: unknown[] }>('/api/2.2/jobs/runs/list?active_only=true')
  expect(active.runs ?? []).toEqual([])
})

test.each([
  [['--prot', '1'], {}, /There is no setting --prot; .*Did you mean --port\?/],
  [['--port', 'x'], {}, /Setting --port is 'x'; expected a whole number from 0 to 65535/],
  [['--log-level', 'loud'], {}, /Setting --log-level is 'loud'; expected one of fatal, error/],
  [[], { MILLRACE_PRT: '1' }, /There is no setting MILLRACE_PRT/],
])('the server refuses the setting %j %j', async (args, env, says) => {
  const refused = startServer({ args, env })
  await expect(refused).rejects.toThrow(says)
  await expect(refused).rejects.toThrow(/The server ended \(2\)/)
})

test('a server on a taken port says so and touches no data', async () => {
  const taken = createServer()
  await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done))
  const address = taken.address()
  const port = typeof address === 'object' && address ? String(address.port) : ''
  try {
    const refused = startServer({ args: ['--port', port] })
    await expect(refused).rejects.toThrow(
      /The server ended \(1\):\nThe port is taken: .*choose another with --port\n$/,
    )
  } finally {
    taken.close()
  }
})
