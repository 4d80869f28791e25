import { relative } from 'node:path'

/** Counts of vitest's JSON report; a file that could not even be loaded is one failure. */
export function readVitest(text, exitCode) {
  if (text === '') return { passed: 0, failed: 1 }
  const report = JSON.parse(text)
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((t) => t.status === 'failed'),
  )
  const failed = report.numFailedTests + broken.length
  return { passed: report.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed }
}

/** `tests/demo/demo.test.ts 82 s`: the files that took longest, of those over ten seconds. */
export function slowestFiles(text, root) {
  if (text === '') return []
  return JSON.parse(text)
    .testResults.map((file) => ({
      name: relative(root, file.name),
      seconds: Math.round((file.endTime - file.startTime) / 1000),
    }))
    .filter((file) => file.seconds > 10)
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, 8)
    .map((file) => `${file.name} ${file.seconds} s`)
}

/** Counts of pytest's JUnit report. */
export function readJunit(xml, exitCode) {
  const number = (name) =>
    Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(xml)?.[1] ?? 0)
  const failed = number('failures') + number('errors')
  const passed = number('tests') - failed - number('skipped')
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed }
}
