import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { readYaml, type YamlFile } from '@millrace/server/yaml'
import { suggest, UsageError } from '../verb.ts'
import { collectResources, resourceNames, type Part } from './collect.ts'
import { makeLookup, type Facts } from './facts.ts'
import { readGitState } from './git.ts'
import { merge } from './merge.ts'
import { applyPresets, presetsOf, type Presets } from './mode.ts'
import { rewritePaths } from './paths.ts'
import { checkResource } from './resource-check.ts'
import { BundleFile, IncludedFile } from './schema.ts'
import type { Bundle, GitState, RawResource } from './types.ts'
import { fillIn, type Lookup } from './variables.ts'

const fileNames = ['millrace.yml', 'millrace.yaml', 'databricks.yml']

export interface LoadOptions {
  readonly folder: string
  /** The default target of the file when not given. */
  readonly target: string | undefined
  /** Values of variables that win over those of the files. */
  readonly variables: Readonly<Record<string, string>>
  readonly userName: string
  readonly host: string
}

export interface Loaded {
  readonly bundle: Bundle
  readonly git: GitState
}

type Plain = Record<string, unknown>

/** Reads millrace.yml and what it includes, for one target, with every variable filled in. */
export async function loadBundle(options: LoadOptions): Promise<Loaded> {
  const main = await readMain(options.folder)
  const parts = [main, ...(await readIncluded(main))]
  const target = pickTarget(parts, options.target)
  const targets = parts.map((part) => part.content.targets?.[target] ?? {})
  // What a target says of a variable is its value, not what it is.
  const overrides = targets.map((part) => ({ ...part, variables: undefined }))
  const whole = [...parts.map((part) => part.content), ...overrides].reduce<Plain>(
    (sum, part) => merge(sum, part) as Plain,
    {},
  ) as BundleFile & { mode?: Bundle['mode'] }
  const git = await readGitState(dirname(main.path))
  const facts = readFacts({ options, whole, target, git, targets })
  const lookup = makeLookup(facts, resourceNames(parts))
  const at = (file: YamlFile) => (path: readonly string[], error: Error) =>
    file.problem(path, error.message)
  const workspace = fillIn(whole.workspace ?? {}, lookup, at(main.file)) as {
    root_path?: string
    file_path?: string
  }
  const rootPath =
    workspace.root_path ?? `/Users/${options.userName}/.bundle/${whole.bundle.name}/${target}`
  const filePath = workspace.file_path ?? `${rootPath}/files`
  facts.workspace = { ...facts.workspace, root_path: rootPath, file_path: filePath }
  const bundle: Omit<Bundle, 'resources'> = {
    folder: dirname(main.path),
    name: whole.bundle.name,
    target,
    mode: whole.mode,
    rootPath,
    filePath,
    exclude: whole.sync?.exclude ?? [],
  }
  checkMode(bundle, whole.run_as, main.file)
  const presets = presetsOf(whole.mode, facts.shortName, (whole.presets ?? {}) as Presets)
  const resources = await Promise.all(
    collectResources(parts, target).map((raw) =>
      finish(raw, { lookup, presets, bundle, runAs: whole.run_as }),
    ),
  )
  return { bundle: { ...bundle, resources }, git }
}

async function readMain(folder: string): Promise<Part & { readonly content: BundleFile }> {
  const path = fileNames.map((name) => resolve(folder, name)).find((name) => existsSync(name))
  if (path === undefined) {
    throw new UsageError(
      `There is no ${fileNames[0]} in ${resolve(folder)}. Go to the bundle's folder, name it with --bundle, or begin one with 'npx millrace init'`,
    )
  }
  const file = readYaml(await readFile(path, 'utf8'), fileNames.find((n) => path.endsWith(n)) ?? '')
  return { path, file, content: file.check(BundleFile) }
}

async function readIncluded(main: Part & { readonly content: BundleFile }): Promise<Part[]> {
  const folder = dirname(main.path)
  const parts: Part[] = []
  for (const [index, pattern] of (main.content.include ?? []).entries()) {
    const names: string[] = []
    for await (const name of glob(pattern, { cwd: folder })) names.push(name)
    if (names.length === 0) {
      throw main.file.problem(['include', String(index)], `no file matches '${pattern}'`)
    }
    for (const name of names.toSorted()) {
      const file = readYaml(await readFile(join(folder, name), 'utf8'), name)
      parts.push({ path: join(folder, name), file, content: file.check(IncludedFile) })
    }
  }
  return parts
}

function pickTarget(parts: readonly Part[], wanted: string | undefined): string {
  const targets = new Map(parts.flatMap((part) => Object.entries(part.content.targets ?? {})))
  const names = [...targets.keys()]
  if (wanted !== undefined) {
    if (targets.has(wanted)) return wanted
    const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`
    throw new UsageError(`The bundle has no target '${wanted}': ${known}${suggest(wanted, names)}`)
  }
  const marked = names.find((name) => targets.get(name)?.default === true)
  return marked ?? names[0] ?? 'default'
}

interface FactSources {
  readonly options: LoadOptions
  readonly whole: BundleFile
  readonly target: string
  readonly git: GitState
  readonly targets: readonly { readonly variables?: Readonly<Record<string, unknown>> }[]
}

function readFacts({ options, whole, target, git, targets }: FactSources): Facts {
  const ofTargets: Plain = Object.assign({}, ...targets.map((part) => part.variables ?? {}))
  const declared = Object.entries(whole.variables ?? {})
  const variables = new Map<string, unknown>()
  for (const [name, about] of declared) {
    const value =
      asTypeOf(defaultOf(about), options.variables[name]) ?? ofTargets[name] ?? defaultOf(about)
    if (value !== undefined) variables.set(name, value)
  }
  const names = declared.map(([name]) => name)
  for (const name of Object.keys(options.variables)) {
    if (names.includes(name)) continue
    throw new UsageError(`The bundle has no variable '${name}'${suggest(name, names)}`)
  }
  return {
    bundle: { name: whole.bundle.name, target, 'git.commit': git.commit, 'git.branch': git.branch },
    workspace: { host: options.host },
    userName: options.userName,
    shortName: options.userName.split('@')[0] ?? options.userName,
    variables,
    declared: names,
  }
}

// On a command line everything is text; the default says what is meant.
function asTypeOf(example: unknown, text: string | undefined): unknown {
  if (typeof example === 'number' && text !== undefined && text.trim() !== '') {
    return Number.isNaN(Number(text)) ? text : Number(text)
  }
  if (typeof example === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

function defaultOf(about: unknown): unknown {
  const isMap = typeof about === 'object' && about !== null
  return isMap && 'default' in about ? about.default : undefined
}

interface Finish {
  readonly lookup: Lookup
  readonly presets: Presets
  readonly bundle: Omit<Bundle, 'resources'>
  readonly runAs: unknown
}

async function finish(raw: RawResource, { lookup, presets, bundle, runAs }: Finish) {
  const problem = (path: readonly string[], message: string) =>
    raw.file.problem([...raw.at, ...path], message)
  const filled = fillIn(raw.settings, lookup, (path, error) => problem(path, error.message))
  const placed = await rewritePaths(raw, filled as Plain, bundle)
  const preset = applyPresets(raw, placed, presets)
  const settings =
    raw.kind === 'jobs' && runAs !== undefined ? { run_as: runAs, ...preset } : preset
  checkResource(raw, settings)
  return { kind: raw.kind, key: raw.key, settings, problem }
}

function checkMode(bundle: Omit<Bundle, 'resources'>, runAs: unknown, file: YamlFile): void {
  if (bundle.mode !== 'production' || runAs !== undefined) return
  if (!bundle.rootPath.startsWith('/Users/')) return
  throw file.problem(
    ['targets', bundle.target, 'mode'],
    'production needs a run_as, or a workspace.root_path that is not in a home folder',
  )
}
