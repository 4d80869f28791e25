import { expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { describeSettings, settings, variables } from './settings.ts'

test('flags win over the environment, which wins over defaults', () => {
  const env = { MILLRACE_PORT: '6000', MILLRACE_LOG_LEVEL: 'info' }
  const config = readConfig(['--port', '7000'], env)
  expect(config).toMatchObject({ port: 7000, logLevel: 'info', host: '127.0.0.1', auth: 'none' })
})

test('is frozen, with everything in it', () => {
  const config = readConfig(['--external-location', '/a', '--external-location', '/b'], {})
  expect(Object.isFrozen(config)).toBe(true)
  const parts = Object.values(config).filter((value) => typeof value === 'object')
  expect(parts.filter((part) => !Object.isFrozen(part))).toEqual([])
})

test.each([
  [['--prt', '1'], {}, 'There is no setting --prt.*Did you mean --port\\?'],
  [['--datadir=x'], {}, 'There is no setting --datadir.*Did you mean --data-dir\\?'],
  [['--quantum'], {}, "There is no setting --quantum; 'millrace server --help' lists them$"],
  [[], { MILLRACE_PROT: '1' }, 'There is no setting MILLRACE_PROT.*Did you mean MILLRACE_PORT\\?'],
  [['--port', 'x'], {}, "--port is 'x'; expected a whole number from 0 to 65535"],
  [['--port', '1', '--port', '2'], {}, "--port is '1 and 2'; expected it once"],
  [['--auth', 'ldap'], {}, "--auth is 'ldap'; expected one of none, basic"],
  [['--host', '0.0.0.0'], {}, "--host is '0.0.0.0', which others can reach.*--auth basic"],
])('refuses %j %j', (argv, env, message) => {
  expect(() => readConfig(argv, env)).toThrow(new RegExp(message))
})

test('the help shows every setting with its default, in 80 columns', () => {
  const help = describeSettings()
  for (const { flag, takes, default: value } of Object.values(settings)) {
    expect(help).toContain(`--${flag} ${takes}`)
    expect(help).toContain(value)
  }
  for (const name of Object.keys(variables)) expect(help).toContain(name)
  expect(help.split('\n').filter((line) => line.length > 80)).toEqual([])
})
