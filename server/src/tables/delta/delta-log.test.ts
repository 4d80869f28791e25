import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { writeCheckpoint, checkpointReader } from '../duck/checkpoint-file.ts'
import { Engine } from '../duck/engine.ts'
import { openLocalLog } from '../log-stores/local.ts'
import { createActions } from '../operations/create.ts'
import { removeOf, type AddFile } from './actions.ts'
import { commit, type CommitPlan } from './commit.ts'
import { DeltaLog } from './delta-log.ts'
import { listFiles, type Snapshot } from './snapshot.ts'

async function openFolder() {
  const stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'millrace-delta-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const engine = stack.use(new Engine({ allowed: [folder], scratch: join(folder, 'scratch') }))
  const open = () =>
    new DeltaLog(folder, openLocalLog(join(folder, '_delta_log')), {
      readCheckpoint: checkpointReader(engine),
    })
  return { folder, engine, open, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

const request = { table: 't', principal: 'me', nowMs: 1000 }

function addOf(path: string): AddFile {
  const stats = JSON.stringify({ numRecords: path.length })
  const common = { partitionValues: { p: null }, size: 1, modificationTime: 1 }
  return { path, ...common, dataChange: true, stats }
}

function planAdd(snapshot: Snapshot, path: string): CommitPlan {
  const schema = { type: 'struct', fields: [] } as const
  const created = snapshot.version < 0 ? createActions({ schema, nowMs: 1 }) : []
  const actions = [...created, { add: addOf(path) }]
  return { actions, operation: 'WRITE', isBlindAppend: true }
}

/** One step of the model: what some process does next. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('append' as const), by: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('overwrite' as const), by: fc.nat(1) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('txn' as const), by: fc.nat(1), app: fc.nat(2) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('checkpoint' as const), by: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const), by: fc.nat(1) }) },
)

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** What the table must be: the files of every version, and the transactions it has seen. */
interface Model {
  readonly versions: string[][]
  readonly seen: Set<string>
  /** Whether each transaction was told apart rightly. */
  readonly verdicts: boolean[]
}

type Opened = Awaited<ReturnType<typeof openFolder>>

interface Playing {
  readonly opened: Opened
  readonly log: DeltaLog
  readonly model: Model
}

async function take({ opened, log, model }: Playing, one: Step, path: string): Promise<void> {
  const latest = model.versions.at(-1) ?? []
  switch (one.kind) {
    case 'append':
      await commit(log, { ...request, plan: async (snapshot) => planAdd(snapshot, path) })
      model.versions.push([...latest, path])
      return
    case 'overwrite':
      await commit(log, { ...request, plan: async (snapshot) => planReplace(snapshot, path) })
      model.versions.push([path])
      return
    case 'txn': {
      const appId = `app-${one.app}`
      const plan = async (snapshot: Snapshot) => planAdd(snapshot, path)
      const { repeated } = await commit(log, { ...request, txn: { appId, version: 1 }, plan })
      model.verdicts.push(repeated === model.seen.has(appId))
      if (!repeated) model.versions.push([...latest, path])
      model.seen.add(appId)
      return
    }
    case 'checkpoint': {
      const snapshot = await log.update()
      if (snapshot.version < 0) return
      await writeCheckpoint(opened.engine, { log, snapshot }, { forgetBeforeMs: 0 })
      return
    }
    case 'reopen':
  }
}

function planReplace(snapshot: Snapshot, path: string): CommitPlan {
  const removes = listFiles(snapshot).map((file) => ({ remove: removeOf(file, 5) }))
  const added = planAdd(snapshot, path)
  return { ...added, actions: [...added.actions, ...removes], isBlindAppend: false }
}

test('two processes and a model agree on every version, whatever they do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      await using opened = await openFolder()
      const logs = [opened.open(), opened.open()]
      const model: Model = { versions: [], seen: new Set(), verdicts: [] }
      for (const [i, one] of steps.entries()) {
        if (one.kind === 'reopen') logs[one.by] = opened.open()
        await take({ opened, log: logs[one.by] ?? opened.open(), model }, one, `file-${i}`)
      }
      expect(model.verdicts).not.toContain(false)
      for (const log of [...logs, opened.open()]) {
        expect((await log.update()).version).toBe(model.versions.length - 1)
        for (const [version, files] of model.versions.entries()) {
          const at = await log.at(version)
          expect(at && listFiles(at).map((file) => file.path)).toEqual(files)
        }
      }
    }),
    { numRuns: 25 },
  )
})

test('many concurrent commits of two processes all succeed, each once', async () => {
  await using opened = await openFolder()
  const logs = [opened.open(), opened.open()]
  const paths = Array.from({ length: 60 }, (_, i) => `file-${i}`)
  await commit(opened.open(), { ...request, plan: async (s) => planAdd(s, 'first') })
  const done = await Promise.all(
    paths.map((path, i) =>
      commit(logs[i % 2] ?? opened.open(), { ...request, plan: async (s) => planAdd(s, path) }),
    ),
  )
  expect(new Set(done.map((one) => one.version)).size).toBe(60)
  const snapshot = await opened.open().update()
  expect(snapshot.version).toBe(60)
  expect(
    listFiles(snapshot)
      .map((file) => file.path)
      .toSorted(),
  ).toEqual(['first', ...paths].toSorted())
})

test('opens a table of 10,000 commits from its checkpoint without listing the log', async () => {
  await using opened = await openFolder()
  const log = opened.open()
  await commit(log, { ...request, plan: async (s) => planAdd(s, 'file-0') })
  for (let i = 1; i < 10_000; i++) {
    const entry = { text: JSON.stringify({ add: addOf(`file-${i}`) }), timestampMs: i }
    const path = log.store.pathOf(`${String(i).padStart(20, '0')}.json`)
    writeFileSync(path, entry.text)
  }
  const snapshot = await log.update()
  expect(snapshot.version).toBe(9_999)
  await writeCheckpoint(opened.engine, { log, snapshot }, { forgetBeforeMs: 0 })
  const store = { ...log.store, listNames: () => Promise.reject(new Error('listed')) }
  const again = new DeltaLog(opened.folder, store, {
    readCheckpoint: checkpointReader(opened.engine),
  })
  expect((await again.update()).files.size).toBe(10_000)
  await commit(again, { ...request, plan: async (s) => planAdd(s, 'one more') })
  expect((await again.update()).version).toBe(10_000)
})

test('opens by the snapshot that was kept, and not by one that the log does not bear out', async () => {
  await using opened = await openFolder()
  let kept: string | undefined
  const cache = {
    read: async () => kept,
    write: (text: string) => {
      kept = text
    },
  }
  const noCheckpoint = () => Promise.reject(new Error('a checkpoint was read'))
  const openKept = () =>
    new DeltaLog(opened.folder, openLocalLog(join(opened.folder, '_delta_log')), {
      readCheckpoint: noCheckpoint,
      cache,
    })
  const log = opened.open()
  for (let i = 0; i < 130; i++) {
    const txn = { appId: `app-${i}`, version: i }
    await commit(log, { ...request, txn, plan: async (s) => planAdd(s, `file-${i}`) })
  }
  await commit(log, { ...request, plan: async (s) => planReplace(s, 'last') })
  const expected = await openKept().update()
  expect(kept).toContain('"version":130')
  const again = await openKept().update()
  expect(listFiles(again)).toEqual(listFiles(expected))
  for (const part of ['txns', 'tombstones', 'domains'] as const) {
    expect(again[part].entries()).toEqual(expected[part].entries())
  }
  expect({ ...again, files: 0, tombstones: 0, txns: 0, domains: 0 }).toEqual({
    ...expected,
    files: 0,
    tombstones: 0,
    txns: 0,
    domains: 0,
  })
  for (const broken of [kept?.slice(0, 500), kept?.replace('file-7', 'file-x'), 'nonsense']) {
    kept = broken
    expect(listFiles(await openKept().update()).map((file) => file.path)).toEqual(['last'])
  }
  const { pathOf } = log.store
  writeFileSync(pathOf(`${'130'.padStart(20, '0')}.json`), JSON.stringify({ add: addOf('other') }))
  const other = await openKept().update()
  expect(other.files.size).toBe(131)
})
