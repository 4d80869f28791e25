import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { deployBundle, planBundle, type Plan } from './bundle/deploy.ts'
import { bundleFlags, loadCallBundle } from './bundle/load-call.ts'
import { starterFiles } from './bundle/starter.ts'
import { formatValue, type Color, type Output } from './output.ts'
import { UsageError, type Verb } from './verb.ts'

export const initVerb: Verb = {
  usage: 'init <folder>',
  summary: 'begin a bundle: a job with one task, three targets',
  examples: ['npx millrace init my-project'],
  words: [1, 1],
  run: async (call) => {
    const folder = resolve(call.words[0] ?? '.')
    if (existsSync(join(folder, 'millrace.yml'))) {
      throw new UsageError(`${folder} has a millrace.yml already`)
    }
    const files = starterFiles(basename(folder).replaceAll(/[^\w.-]/g, '-'))
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(folder, path, '..'), { recursive: true })
      await writeFile(join(folder, path), content, { flag: 'wx' })
      call.out.line(`  ${path}`)
    }
    call.out.line(`\ncd ${call.words[0]} && npx millrace deploy && npx millrace run hello`)
    call.out.result({ folder, files: Object.keys(files) })
    return 0
  },
}

export const validateVerb: Verb = {
  usage: 'validate [--target NAME]',
  summary: 'check the bundle in this folder; nothing is changed',
  examples: ['npx millrace validate', 'npx millrace validate --target prod'],
  flags: bundleFlags,
  run: async (call) => {
    const { bundle } = await loadCallBundle(call.millrace(), call)
    call.out.line(`${bundle.name} for ${bundle.target} is fine`)
    call.out.table(
      ['RESOURCE', 'NAME'],
      bundle.resources.map(({ kind, key, settings }) => [
        `${kind}.${key}`,
        formatValue(settings['name'] ?? settings['model']),
      ]),
    )
    call.out.result({
      name: bundle.name,
      target: bundle.target,
      root_path: bundle.rootPath,
      resources: bundle.resources.map(({ kind, key, settings }) => ({ kind, key, settings })),
    })
    return 0
  },
}

export const planVerb: Verb = {
  usage: 'plan [--target NAME]',
  summary: 'show what a deploy would change',
  examples: ['npx millrace plan --target staging'],
  flags: bundleFlags,
  run: async (call) => {
    const millrace = call.millrace()
    const { bundle } = await loadCallBundle(millrace, call)
    const plan = await planBundle(millrace, bundle)
    showPlan(plan, call.out)
    call.out.result(plan)
    return 0
  },
}

export const deployVerb: Verb = {
  usage: 'deploy [--target NAME] [--var name=value]',
  summary: 'upload the bundle in this folder and make its jobs',
  examples: ['npx millrace deploy --target dev', 'npx millrace deploy --bundle examples/churn'],
  flags: bundleFlags,
  run: async (call) => {
    const millrace = call.millrace()
    const { bundle, git } = await loadCallBundle(millrace, call)
    const result = await deployBundle(millrace, bundle, git)
    showPlan(result, call.out)
    const commit = git.commit === undefined ? 'no commit' : `commit ${git.commit.slice(0, 10)}`
    const dirty = git.dirtyDiff === '' ? '' : ' with uncommitted changes'
    call.out.line(`Deployed ${bundle.name} to ${bundle.target}: ${commit}${dirty}`)
    call.out.result(result)
    return 0
  },
}

const marks = { create: '+', update: '~', keep: ' ', delete: '-' } as const
const colors: Readonly<Record<keyof typeof marks, Color>> = {
  create: 'green',
  update: 'yellow',
  keep: 'grey',
  delete: 'red',
}

function showPlan(plan: Plan, out: Output): void {
  for (const { action, resource, name } of plan.changes) {
    const text = `${marks[action]} ${resource.padEnd(32)} ${name}`
    out.line(`  ${out.paint(colors[action], text)}`)
  }
  out.line(`  ${plan.files.length} files`)
}
