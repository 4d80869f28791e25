import { stat, statfs } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { attemptFolder } from './attempt-folder.ts'
import { readLog, tailLog } from './attempt-log.ts'
import { waitForExit } from './attempt-service.ts'
import { computeBench } from './testing.ts'

const mib = 1024 * 1024

test('keeps the beginning and the end of a log that is over its limit, and says what is missing', async () => {
  await using b = await computeBench({ config: { logLimitMb: 16 } })
  const entry = await b.script(`
import os
print("the beginning", flush=True)
block = b"x" * 999 + b"\\n"
for n in range(200):
    os.write(1, block * 1000)
print("the end")
`)
  const id = await b.start(entry, { secrets: ['a secret that is not printed'] })
  expect(await waitForExit(b.ctx, id)).toMatchObject({ exitCode: 0, reason: 'exited' })
  const log = join(attemptFolder(b.ctx, id), 'log')
  await expect.poll(() => existsSync(join(log, '..', 'secrets.jsonl'))).toBe(false)
  expect((await stat(log)).blocks * 512).toBeLessThan(17 * mib)
  const tail = await tailLog(b.ctx, id, 5_000_000)
  expect(tail).toMatchObject({ truncated: true, sizeBytes: 200_000_022 })
  expect(tail.text).toMatch(/^[x\n]+the end\n$/)
  let [read, offset, chunks] = ['', 0, 0]
  for (let ended = false; !ended; chunks += 1) {
    const chunk = await readLog(b.ctx, id, { offset, limitBytes: mib })
    read += chunk.text
    ;({ nextOffset: offset, ended } = chunk)
  }
  expect(chunks).toBeLessThan(20)
  expect(read).toMatch(/^the beginning\n[x\n]+\n\[175 MiB are missing here: .*\]\n[x\n]+the end\n$/)
})

test('ends the attempt that fills the disk, says so, and gives back what it took', async () => {
  const { bavail, bsize } = await statfs(tmpdir())
  const reserve = Math.floor((bavail * bsize) / mib) - 200
  await using b = await computeBench({ config: { diskReserveMb: reserve } })
  const bystander = await b.start(await b.script('import time; time.sleep(600)\n'))
  const entry = await b.script(`
import os
with open("big", "wb") as file:
    for _ in range(10_000):
        file.write(os.urandom(1 << 20))
        os.fsync(file.fileno())
`)
  const report = await b.run(entry, { attemptId: 'filler' })
  expect(report).toMatchObject({ exitCode: null, signal: 'SIGKILL', reason: 'disk' })
  expect(report.error).toMatchObject({
    type: 'LimitExceeded',
    message: expect.stringMatching(
      /had written \d+ MiB, .* \d+ MiB are kept free \(--disk-reserve-mb\)\. Free some space/,
    ),
  })
  const folder = attemptFolder(b.ctx, 'filler')
  await expect.poll(() => existsSync(join(folder, 'work'))).toBe(false)
  expect(existsSync(join(attemptFolder(b.ctx, bystander), 'exit.json'))).toBe(false)
})
