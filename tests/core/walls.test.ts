import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** Whom each room may import; nobody else's door, and no door but `index.ts`. */
const mayImport: Readonly<Record<string, string>> = {
  core: '',
  auth: 'core',
  compute: 'core auth',
  workspace: 'core auth',
  tables: 'core auth',
  tracking: 'core auth',
  registry: 'core auth tracking',
  jobs: 'core auth compute workspace tables',
  features: 'core auth tables',
  automl: 'core auth compute workspace tables features tracking registry',
  serving: 'core auth compute tables features registry',
  monitoring: 'core auth tables serving',
  gates: 'core auth tables tracking registry serving',
  webhooks: 'core auth jobs',
  provenance:
    'core auth compute workspace tables tracking registry jobs features automl serving monitoring gates webhooks',
}
const rooms = Object.keys(mayImport)

interface Planted {
  /** Its path: the importing room, where in it, and what it imports. */
  readonly file: string
  readonly text: string
  readonly isAllowed: boolean
}

function planted(): Planted[] {
  return rooms.flatMap((from) =>
    rooms
      .filter((to) => to !== from)
      .flatMap((to) =>
        ['', 'family/'].flatMap((folder) => {
          const up = folder === '' ? '..' : '../..'
          const place = `server/src/${from}/${folder}imports-${to}`
          const line = (door: string) => `import '${up}/${to}/${door}'\n`
          const isAllowed = (mayImport[from] ?? '').split(' ').includes(to)
          return [
            { file: `${place}.ts`, text: line('index.ts'), isAllowed },
            { file: `${place}-inside.ts`, text: line('errors.ts'), isAllowed: false },
          ]
        }),
      ),
  )
}

function lint(folder: string): Promise<string> {
  const child = spawn(resolve('node_modules/.bin/oxlint'), ['--format=json', 'server'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((done, reject) => {
    child.once('error', reject)
    child.once('close', () => done(output))
  })
}

test('lint refuses every import between rooms that no arrow allows, and only those', async () => {
  // oxlint reads the `files` of its configuration from the folder that it lies in.
  const folder = await mkdtemp(join(tmpdir(), 'millrace-walls-'))
  try {
    await copyFile('.oxlintrc.json', join(folder, '.oxlintrc.json'))
    const files = planted()
    for (const { file, text } of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true })
      await writeFile(join(folder, file), text)
    }
    const { diagnostics } = JSON.parse(await lint(folder)) as {
      diagnostics: { code: string; filename: string }[]
    }
    const refused = diagnostics
      .filter(({ code }) => code.includes('no-restricted-imports'))
      .map(({ filename }) => filename)
    const forbidden = files.filter(({ isAllowed }) => !isAllowed).map(({ file }) => file)
    expect(new Set(refused)).toEqual(new Set(forbidden))
  } finally {
    await rm(folder, { recursive: true })
  }
})
