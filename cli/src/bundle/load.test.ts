import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { listBundleFiles } from './files.ts'
import { loadBundle, type LoadOptions } from './load.ts'
import type { Bundle } from './types.ts'

const job = `
resources:
  jobs:
    train:
      name: train
      schedule: { quartz_cron_expression: 0 0 23 ? * FRI, timezone_id: Europe/Amsterdam }
      tasks:
        - task_key: one
          spark_python_task: { python_file: src/one.py }
        - task_key: two
          depends_on: [{ task_key: one }]
          notebook_task: { notebook_path: src/two.ipynb }
`

const main = `bundle:
  name: demo
variables:
  trials: { default: 8 }
targets:
  dev: { default: true, mode: development }
  prod:
    variables: { trials: 60 }
    workspace: { root_path: "/Shared/\${bundle.name}/\${bundle.target}" }
`

async function bundleFolder(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bundle-'))
  const all = { 'src/one.py': '', 'src/two.ipynb': '', 'millrace.yml': main + job, ...files }
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return {
    folder,
    load: async (options: Partial<LoadOptions> = {}): Promise<Bundle> => {
      const given = {
        folder,
        target: undefined,
        variables: {},
        userName: 'ada@x.org',
        host: 'http://h',
      }
      return (await loadBundle({ ...given, ...options })).bundle
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

test('development prefixes names, pauses schedules and points at uploaded files', async () => {
  await using bundle = await bundleFolder({})
  const { resources, rootPath } = await bundle.load()
  expect(rootPath).toBe('/Users/ada@x.org/.bundle/demo/dev')
  expect(resources[0]?.settings).toMatchObject({
    name: '[dev ada] train',
    tags: { dev: 'ada' },
    schedule: { pause_status: 'PAUSED' },
    tasks: [
      { spark_python_task: { python_file: `${rootPath}/files/src/one.py` } },
      { notebook_task: { notebook_path: `${rootPath}/files/src/two` } },
    ],
  })
})

test('a target overrides variables, its workspace and single tasks', async () => {
  const prod = `  staging:
    resources:
      jobs:
        train:
          tasks: [{ task_key: two, max_retries: 3 }]
`
  await using bundle = await bundleFolder({ 'millrace.yml': main + prod + job })
  expect((await bundle.load({ target: 'prod' })).rootPath).toBe('/Shared/demo/prod')
  const staging = await bundle.load({ target: 'staging' })
  expect(staging.resources[0]?.settings).toMatchObject({
    name: 'train',
    tasks: [
      { task_key: 'one' },
      { task_key: 'two', max_retries: 3, depends_on: [{ task_key: 'one' }] },
    ],
  })
})

test('a whole reference keeps the type of its value, and the caller wins over the files', async () => {
  const text = `${main}
resources:
  jobs:
    train: { name: "n-\${var.trials}", max_concurrent_runs: "\${var.trials}" }
`
  await using bundle = await bundleFolder({ 'millrace.yml': text })
  const settings = (await bundle.load({ target: 'prod' })).resources[0]?.settings
  expect(settings).toEqual({ name: 'n-60', max_concurrent_runs: 60 })
  const given = await bundle.load({ target: 'prod', variables: { trials: '9' } })
  expect(given.resources[0]?.settings).toMatchObject({ name: 'n-9' })
})

test('requirement files become their lines', async () => {
  const text = `${main}
resources:
  jobs:
    train:
      name: train
      environments:
        - environment_key: ml
          spec: { dependencies: ["-r reqs.txt", "numpy==2"] }
`
  const files = {
    'millrace.yml': text,
    'reqs.txt': 'pandas==2 # why\n\n-r more.txt\n',
    'more.txt': 'x',
  }
  await using bundle = await bundleFolder(files)
  expect((await bundle.load()).resources[0]?.settings['environments']).toEqual([
    { environment_key: 'ml', spec: { dependencies: ['pandas==2', 'x', 'numpy==2'] } },
  ])
})

test.each([
  ['a syntax error', 'bundle: {name: x\n', 'millrace.yml:2:1: '],
  [
    'an unknown key',
    'bundle:\n  name: x\n  colour: red\n',
    "millrace.yml:3:3: unknown key 'colour'",
  ],
  ['an unknown section', 'bundle: {name: x}\njobs: {}\n', "millrace.yml:2:1: unknown key 'jobs'"],
  [
    'a variable without a value',
    'bundle: {name: x}\nvariables: {v: {}}\nresources:\n  jobs:\n    j: {name: "${var.v}"}\n',
    "millrace.yml:5:15: variable 'v' has no value",
  ],
  [
    'an unknown variable',
    'bundle: {name: x}\nvariables: {trials: {}}\nresources:\n  jobs:\n    j: {name: "${var.trails}"}\n',
    "there is no variable 'trails'. Did you mean trials?",
  ],
  [
    'a missing file',
    'bundle: {name: x}\nresources:\n  jobs:\n    j:\n      tasks:\n        - task_key: a\n          notebook_task: {notebook_path: src/none.ipynb}\n',
    "millrace.yml:7:42: there is no file 'src/none.ipynb'",
  ],
  [
    'a task that does not exist',
    'bundle: {name: x}\nresources:\n  jobs:\n    j:\n      tasks:\n        - task_key: train\n        - task_key: b\n          depends_on: [{task_key: trian}]\n',
    "there is no task 'trian'. Did you mean train?",
  ],
  [
    'a resource that does not exist',
    'bundle: {name: x}\nresources:\n  jobs:\n    j: {name: "${resources.jobs.k.id}"}\n',
    'millrace.yml:4:15: the bundle has no resource jobs.k',
  ],
  [
    'an unknown field of a job',
    'bundle: {name: x}\nresources:\n  jobs:\n    j:\n      max_concurrnt_runs: 2\n',
    "millrace.yml:5:7: unknown key 'max_concurrnt_runs'",
  ],
  [
    'a wrong type in a job',
    'bundle: {name: x}\nresources:\n  jobs:\n    j:\n      max_concurrent_runs: many\n',
    'millrace.yml:5:28: ',
  ],
  ['an include without files', 'bundle: {name: x}\ninclude: [none/*.yml]\n', 'millrace.yml:2:11: '],
])('points at %s', async (_, text, expected) => {
  await using bundle = await bundleFolder({ 'millrace.yml': text })
  await expect(bundle.load()).rejects.toThrow(expected)
})

test('names the targets when one is misspelt', async () => {
  await using bundle = await bundleFolder({})
  await expect(bundle.load({ target: 'prd' })).rejects.toThrow('Did you mean prod?')
})

test('uploads neither caches nor what sync.exclude names', async () => {
  const text = `${main}\nsync: { exclude: ["*.secret"] }\n`
  const files = {
    'millrace.yml': text,
    'a.secret': '',
    'src/__pycache__/x.pyc': '',
    'src/b.py': '',
  }
  await using bundle = await bundleFolder(files)
  expect(await listBundleFiles(await bundle.load())).toEqual([
    'millrace.yml',
    'src/b.py',
    'src/one.py',
    'src/two.ipynb',
  ])
})
