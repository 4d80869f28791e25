import { expect, test } from 'vitest'
import { emptyMachine, type Machine } from './machine.ts'

/** What a start that failed says, one line each; the lines that mark its steps are left out. */
async function complaints(machine: Machine): Promise<readonly string[]> {
  const { code, stderr, stdout } = await machine.start()
  const said = stderr.split('\n').filter((line) => line !== '' && !/^ {2}[✓✗] /.test(line))
  return [`exit ${code}${stdout}`, ...said]
}

test('installs everything once; the second start does nothing and takes under 2 s', async () => {
  await using machine = await emptyMachine()
  expect(await machine.start()).toMatchObject({ code: 0 })
  const first = await machine.calls()
  expect(first.filter((call) => call.startsWith('npm'))).toEqual(['npm ci --no-audit --no-fund'])
  expect(first.some((call) => call.startsWith('uv pip install'))).toBe(true)
  const started = Date.now()
  expect(await machine.start()).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(Date.now() - started).toBeLessThan(2000)
  const second = (await machine.calls()).slice(first.length)
  expect(second.filter((call) => !/^git --version|sys\.version_info/.test(call))).toEqual([])
})

test.each([
  ['no Python', ['python3'], /^Python 3\.10 or newer is needed and none was found on the path\. /],
  ['no git', ['git'], /^git is needed and was not found on the path\. Install git\.$/],
  ['no npm', ['npm'], /^npm is needed and was not found on the path\. It comes with Node\.$/],
])('%s is said in one sentence', async (_what, programs, sentence) => {
  await using machine = await emptyMachine()
  for (const name of programs) await machine.without(name)
  expect(await complaints(machine)).toEqual(['exit 1', expect.stringMatching(sentence)])
})

test('a Python that is too old is named with its version', async () => {
  await using machine = await emptyMachine()
  await machine.program('python3', 'echo False; echo 3.8.10; echo "$0"')
  const sentence =
    /^Python 3\.10 or newer is needed and the newest found is 3\.8\.10\. Install it, or name one with MILLRACE_PYTHON=/
  expect(await complaints(machine)).toEqual(['exit 1', expect.stringMatching(sentence)])
})

test('a Node that is too old is named with its version', async () => {
  await using machine = await emptyMachine()
  expect(await machine.start({ nodeVersion: '18.20.1' })).toEqual({
    code: 1,
    stdout: '',
    stderr: 'Node 20 or newer is needed and this is 18.20.1. Install it from https://nodejs.org.\n',
  })
})

test.each([
  [
    'npm without space',
    ['npm', 'echo "npm error code ENOSPC" >&2; echo "npm error nospc" >&2; exit 1'],
    /^The disk is full; free some space below .*repo\/? and start again\.$/,
  ],
  [
    'npm without a network',
    ['npm', 'echo "npm error code EAI_AGAIN" >&2; exit 1'],
    /^The npm registry cannot be reached \(EAI_AGAIN\): check the network, or name another registry/,
  ],
  [
    'uv without space',
    ['fake-uv', 'echo "error: No space left on device (os error 28)" >&2; exit 1'],
    /^The disk is full; free some space below .*\.millrace and start again\.$/,
  ],
  [
    'uv without a network',
    ['fake-uv', 'echo "error: Failed to fetch: dns error: failed to lookup address" >&2; exit 2'],
    /^The Python package index cannot be reached \(dns error\): check the network, or name another index/,
  ],
] as const)('%s is said in one sentence', async (_what, [name, body], sentence) => {
  await using machine = await emptyMachine()
  await machine.program(name, body)
  expect(await complaints(machine)).toEqual(['exit 1', expect.stringMatching(sentence)])
})

test.each([
  ['npm ci', 'npm', 'note npm "$@"; exec sleep 5'],
  ['uv venv', 'fake-uv', 'note uv "$@"; exec sleep 5'],
])('a start that was killed in %s is repaired by the next', async (call, name, hangs) => {
  await using machine = await emptyMachine()
  await machine.program(name, hangs)
  await machine.startAndKill(call)
  const before = (await machine.calls()).length
  await machine.repair(name)
  expect(await machine.start()).toMatchObject({ code: 0 })
  const again = (await machine.calls()).slice(before)
  expect(again.some((line) => line.startsWith(call))).toBe(true)
})
