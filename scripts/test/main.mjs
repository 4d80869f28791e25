// Every check and every test, one after the other, and one line that sums them up.
// `--fast` runs only what needs no build, no Python and no server.
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensurePythonEnv } from '../python-envs.mjs'
import { capture, repo } from '../bootstrap/exec.mjs'
import { readJunit, readVitest, slowestFiles } from './counts.mjs'

const folders = ['server', 'sdk', 'cli', 'ui', 'tests', 'bench', 'scripts']
const pythonFolders = ['python', 'examples', 'tests']
const ruff = ['--config', 'python/pyproject.toml', '--no-cache']
const bin = (name) => join(repo, 'node_modules', '.bin', name)
const fast = process.argv.includes('--fast')
const results = await mkdtemp(join(tmpdir(), 'millrace-results-'))

const checks = [
  ['format', () => capture(bin('oxfmt'), ['--check', ...folders])],
  ['lint', () => capture(bin('oxlint'), ['--type-aware', ...folders])],
  ['types', () => capture(bin('tsc'), ['--noEmit', '-p', 'tsconfig.json'])],
  ['dead code', () => capture(bin('knip'), ['--no-progress'])],
  ['types of the web pages', () => capture(bin('tsc'), ['--noEmit', '-p', 'ui/tsconfig.json'])],
]

const suites = [
  ...checks.map(([name, work]) => ({ name, run: () => asOneTest(work()) })),
  ...(fast ? [] : [python(), vitest('unit'), vitest('system')]),
]

let passed = 0
let failed = 0
try {
  for (const suite of suites) {
    const started = Date.now()
    const outcome = await suite.run()
    passed += outcome.passed
    failed += outcome.failed
    const mark = outcome.failed === 0 ? '✓' : '✗'
    const time = `${((Date.now() - started) / 1000).toFixed(1)} s`.padStart(8)
    const counts = `${outcome.passed} passed${outcome.failed ? `, ${outcome.failed} failed` : ''}`
    console.log(`${mark} ${suite.name.padEnd(24)} ${counts.padEnd(28)} ${time}`)
    for (const file of outcome.slowest ?? []) console.log(`    ${file}`)
    if (outcome.failed > 0) console.log(`${outcome.output.trim()}\n`)
  }
} finally {
  await rm(results, { recursive: true, force: true })
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

// pytest complains about folders that are not there.
async function pythonTests() {
  const found = []
  for await (const file of glob(['python/tests', 'examples/*/tests'], { cwd: repo }))
    found.push(file)
  return found
}

async function asOneTest(work) {
  const { code, output } = await work
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output }
}

// A runner that dies before it has written its report counts as one failure.
function vitest(project) {
  return {
    name: project === 'unit' ? 'unit tests' : 'system tests',
    run: async () => {
      const report = join(results, `${project}.json`)
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
      const args = ['run', '--project', project, ...reporters, '--silent=passed-only']
      const { code, output } = await capture(bin('vitest'), args)
      const text = await readFile(report, 'utf8').catch(() => '')
      return { ...readVitest(text, code), output, slowest: slowestFiles(text, repo) }
    },
  }
}

function python() {
  return {
    name: 'Python',
    run: async () => {
      const dev = join(await ensurePythonEnv('dev'), '..')
      const base = await ensurePythonEnv('base')
      const options = { cwd: join(repo, 'python') }
      const report = join(results, 'pytest.xml')
      const runs = [
        asOneTest(capture(join(dev, 'ruff'), ['check', ...ruff, ...pythonFolders])),
        asOneTest(capture(join(dev, 'ruff'), ['format', '--check', ...ruff, ...pythonFolders])),
        asOneTest(capture(join(dev, 'mypy'), ['.', '--python-executable', base], options)),
      ]
      const outcomes = await Promise.all(runs)
      const args = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', `--junitxml=${report}`]
      const env = { ...process.env, PYTHONPATH: join(repo, 'python'), PYTHONDONTWRITEBYTECODE: '1' }
      const tests = await capture(base, [...args, ...(await pythonTests())], { env })
      const xml = await readFile(report, 'utf8').catch(() => '')
      outcomes.push({ ...readJunit(xml, tests.code), output: tests.output })
      return outcomes.reduce((sum, next) => ({
        passed: sum.passed + next.passed,
        failed: sum.failed + next.failed,
        output: [sum, next].map((part) => (part.failed ? part.output : '')).join('\n'),
      }))
    },
  }
}
