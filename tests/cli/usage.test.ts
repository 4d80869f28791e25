import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { runCli } from '../support/cli.ts'
import { startServer } from '../support/server.ts'

test('every verb explains itself with an example', async () => {
  const help = await runCli(['--help'])
  expect(help.code).toBe(0)
  const verbs = [...help.stdout.matchAll(/^ {2}([\w-]+) {2,}/gm)].map((match) => match[1] ?? '')
  expect(verbs).toContain('deploy')
  for (const verb of verbs) {
    const { code, stdout } = await runCli([verb, '--help'])
    expect([verb, code]).toEqual([verb, 0])
    expect(stdout).toContain('npx millrace')
  }
})

test.each([
  [['rnu'], "There is no verb 'rnu'. Did you mean run?"],
  [['runs', '--activ'], 'There is no flag --activ. Did you mean --active?'],
  [['logs'], 'Usage: npx millrace logs <run>'],
  [['logs', 'x'], "The run is 'x'; expected a whole number"],
  [['why', 'churn'], "'churn' names no model version"],
  [['score', 'churn/3', 't'], 'Say where the predictions go: --to TABLE'],
  [['score', 'churn/3', 't@x', '--to', 'u'], "'t@x' names no table"],
  [['score', 'churn/3', 't', '--to', 'u', '--mode', 'add'], "The mode is 'add'; expected append"],
  [['what-was', 'churn.predictions'], 'Say which row: --key COLUMN=VALUE'],
  [['what-was', 'p', '--key', 'id'], "--key is 'id'; expected COLUMN=VALUE"],
  [['automl', 'churn.training'], 'Say what to predict: --target COLUMN'],
  [['server', '--prt', '1'], 'There is no setting --prt'],
])('%j is used wrongly and ends with 2', async (args, message) => {
  const { code, stdout, stderr } = await runCli(args)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain(message)
})

test('says that no server answers', async () => {
  const { code, stderr } = await runCli(['runs', '--url', 'http://127.0.0.1:9'])
  expect(code).toBe(1)
  expect(stderr).toBe(
    "No answer from http://127.0.0.1:9. Is 'npx millrace server' running there?\n",
  )
})

test('says that the port is taken', async () => {
  const taken = createServer()
  const { promise, resolve } = Promise.withResolvers<void>()
  taken.listen(0, '127.0.0.1', resolve)
  await promise
  const address = taken.address()
  const port = typeof address === 'object' ? address?.port : 0
  try {
    const { code, stderr } = await runCli([
      'server',
      '--port',
      String(port),
      '--data-dir',
      '/tmp/x',
    ])
    expect(code).toBe(1)
    expect(stderr).toContain('The port is taken')
  } finally {
    taken.close()
  }
})

test('verifies the audit chain, for people and for programs', async () => {
  await using server = await startServer()
  const people = await runCli(['audit', 'verify'], server)
  expect([people.code, people.stdout]).toEqual([0, 'The chain holds: 0 entries\n'])
  const programs = await runCli(['audit', 'verify', '--json'], server)
  expect(JSON.parse(programs.stdout)).toEqual({ entries: 0 })
})
