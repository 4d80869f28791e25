import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testCtx, type TestCtx } from '../core/testing.ts'
import { readLog, scrubLog, tailLog } from './attempt-log.ts'
import { attemptFolder } from './attempt-folder.ts'
import { waitForExit } from './attempt-service.ts'
import { computeMigrations } from './migrations.ts'
import { computeBench } from './testing.ts'

async function writeAttempt(ctx: TestCtx, files: Record<string, string>): Promise<void> {
  const folder = attemptFolder(ctx, 'a')
  await mkdir(folder, { recursive: true })
  for (const [name, content] of Object.entries({ 'spec.json': '{}', ...files })) {
    await writeFile(join(folder, name), content)
  }
}

test('reads a log in pieces without cutting a character in two', async () => {
  await using ctx = await testCtx('sqlite', computeMigrations)
  const text = 'Größe ✓ 🎉 日本語 end\n'
  await writeAttempt(ctx, { log: text, 'exit.json': '{}' })
  for (const limitBytes of [4, 5, 7, 100]) {
    let offset = 0
    let read = ''
    for (;;) {
      const chunk = await readLog(ctx, 'a', { offset, limitBytes })
      read += chunk.text
      offset = chunk.nextOffset
      if (chunk.ended) break
    }
    expect(read).toBe(text)
  }
})

test('says that more may come while the attempt runs', async () => {
  await using ctx = await testCtx('sqlite', computeMigrations)
  await writeAttempt(ctx, { log: 'one\n' })
  expect(await readLog(ctx, 'a', { offset: 0, limitBytes: 100 })).toEqual({
    text: 'one\n',
    nextOffset: 4,
    ended: false,
  })
  expect(await readLog(ctx, 'a', { offset: 4, limitBytes: 100 })).toEqual({
    text: '',
    nextOffset: 4,
    ended: false,
  })
})

test('gives the end of a long log', async () => {
  await using ctx = await testCtx('sqlite', computeMigrations)
  await writeAttempt(ctx, { log: `${'x'.repeat(1000)}ü the end` })
  expect(await tailLog(ctx, 'a', 9)).toEqual({
    text: ' the end',
    truncated: true,
    sizeBytes: 1010,
  })
})

test('hides secrets also where two pieces meet', async () => {
  await using ctx = await testCtx('sqlite', computeMigrations)
  const secret = 'hunter2-is-the-password'
  await writeAttempt(ctx, {
    log: `before ${secret} after\n`,
    'secrets.jsonl': `${JSON.stringify(secret)}\n`,
    'exit.json': '{}',
  })
  let read = ''
  for (let offset = 0; offset < 38; offset += 5) {
    read += (await readLog(ctx, 'a', { offset, limitBytes: 5 })).text
  }
  expect(read).toBe('before [REDACTED]************* after\n')
})

test('masks a complete log for good, also where its pieces meet', async () => {
  await using ctx = await testCtx('sqlite', computeMigrations)
  const secret = 'hunter2-is-the-password'
  const log = `${'x'.repeat((1 << 20) - 10)}${secret} and ${secret}${'y'.repeat(1 << 20)}\n`
  await writeAttempt(ctx, { log, 'secrets.jsonl': `${JSON.stringify(secret)}\n` })
  const folder = attemptFolder(ctx, 'a')
  await scrubLog(folder)
  const scrubbed = await readFile(join(folder, 'log'), 'utf8')
  expect(scrubbed).toBe(log.replaceAll(secret, '[REDACTED]*************'))
  expect((await readdir(folder)).toSorted()).toEqual(['log', 'spec.json'])
})

test('shows nothing of a secret that the missing middle of a log has cut in two', async () => {
  await using ctx = await testCtx('sqlite', computeMigrations)
  const secret = 'hunter2-is-the-password'
  const log = `begin ${secret}${'\0'.repeat(5000)}${secret} end\n`
  // Between the middle of the first and the middle of the second.
  const [from, to] = [15, log.length - 15]
  await writeAttempt(ctx, {
    log,
    'log.gap': JSON.stringify({ from, to }),
    'secrets.jsonl': `${JSON.stringify(secret)}\n`,
    'exit.json': '{}',
  })
  const seen = async () => {
    let read = ''
    for (let offset = 0; ;) {
      const chunk = await readLog(ctx, 'a', { offset, limitBytes: 7 })
      read += chunk.text
      offset = chunk.nextOffset
      if (chunk.ended) return read
    }
  }
  for (const text of [await seen(), (await tailLog(ctx, 'a', 10_000)).text]) {
    expect(text).not.toMatch(/hunter|pass|word|\0/)
  }
  await scrubLog(attemptFolder(ctx, 'a'))
  expect(await seen()).toMatch(/^\n\[\d+ MiB are missing here: .*\]\n$/)
  const scrubbed = await readFile(join(attemptFolder(ctx, 'a'), 'log'), 'utf8')
  expect(scrubbed).toBe('\0'.repeat(log.length))
})

test('refuses to read an attempt that never was', async () => {
  await using ctx = await testCtx('sqlite', computeMigrations)
  await expect(readLog(ctx, 'b', { offset: 0, limitBytes: 5 })).rejects.toMatchObject({
    code: 'COMPUTE_ATTEMPT_NOT_FOUND',
  })
  await expect(waitForExit(ctx, 'b')).rejects.toMatchObject({ code: 'COMPUTE_ATTEMPT_NOT_FOUND' })
  await expect(readLog(ctx, '../b', { offset: 0, limitBytes: 5 })).rejects.toMatchObject({
    code: 'COMPUTE_ATTEMPT_INVALID',
  })
})

test('reads the middle and the end of a log of 200 MB at once', async () => {
  await using b = await computeBench({ config: { logLimitMb: 1000 } })
  const id = await b.start(
    await b.script(
      'line = "x" * 999\nfor _ in range(200):\n    print("\\n".join([line] * 1000))\n',
    ),
  )
  await waitForExit(b.ctx, id)
  const started = performance.now()
  const tail = await tailLog(b.ctx, id, 5_000_000)
  const middle = await readLog(b.ctx, id, { offset: 100_000_000, limitBytes: 1000 })
  expect(performance.now() - started).toBeLessThan(2000)
  expect(tail).toMatchObject({ truncated: true, sizeBytes: 200_000_000 })
  expect(middle.text).toHaveLength(1000)
})

test('hides what was given as a secret, in the log, the error and the attempt’s own record', async () => {
  await using b = await computeBench()
  const secret = 's3cr3t/value+1'
  const id = await b.start(
    await b.script(`
import base64, os, urllib.parse
value = os.environ["API_KEY"]
print(value)
print(base64.b64encode(f"user:{value}".encode()).decode())
print(urllib.parse.quote(value, safe=""))
raise ValueError(f"cannot reach https://user:{value}@host")
`),
    { env: { API_KEY: secret }, secrets: [secret] },
  )
  const report = await waitForExit(b.ctx, id)
  expect(report.error?.message).toBe('cannot reach https://user:[REDACTED]@host')
  const { text } = await tailLog(b.ctx, id, 10_000)
  expect(text.match(/\[REDACTED\]/g)?.length).toBeGreaterThanOrEqual(4)
  const folder = attemptFolder(b.ctx, id)
  await expect.poll(() => readdir(folder)).not.toContain('secrets.jsonl')
  for (const name of ['log', 'spec.json', 'exit.json']) {
    const content = await readFile(join(folder, name), 'utf8')
    expect(content).not.toContain('s3cr3t')
    expect(content).not.toContain(Buffer.from(secret).toString('base64').slice(4, 12))
  }
})
