import { expect, test } from 'vitest'
import { entryName, type LogStore } from './log-store.ts'

export interface OpenedStores extends AsyncDisposable {
  /** Two views of one log, as two processes have them. */
  readonly one: LogStore
  readonly other: LogStore
}

/** What every log store promises. */
export function logStoreContract(open: () => Promise<OpenedStores>): void {
  test('gives back what was put, with its time', async () => {
    await using stores = await open()
    const entry = { text: '{"commitInfo":{}}\n', timestampMs: 1_767_225_600_123 }
    expect(await stores.one.putEntry(0, entry)).toBe(true)
    expect(await stores.other.readEntry(0)).toEqual(entry)
    expect(await stores.other.readEntry(1)).toBeUndefined()
  })

  test('gives a version to one of many writers, and never mixes two', async () => {
    await using stores = await open()
    const writers = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? stores.one : stores.other))
    const wins = await Promise.all(
      writers.map((store, i) => store.putEntry(0, { text: `${i}`.repeat(10_000), timestampMs: i })),
    )
    expect(wins.filter(Boolean)).toHaveLength(1)
    const winner = wins.indexOf(true)
    expect(await stores.one.readEntry(0)).toEqual({
      text: `${winner}`.repeat(10_000),
      timestampMs: winner,
    })
  })

  test('lists names in order and shows nothing half-made', async () => {
    await using stores = await open()
    for (const version of [10, 2, 0]) {
      await stores.one.putEntry(version, { text: 'x', timestampMs: 0 })
    }
    await stores.one.writeText('_last_checkpoint', '{}')
    await stores.other.writeText('_last_checkpoint', '{"version":1}')
    expect(await stores.other.listNames()).toEqual([
      ...[0, 2, 10].map(entryName),
      '_last_checkpoint',
    ])
    expect(await stores.one.readText('_last_checkpoint')).toBe('{"version":1}')
    await stores.one.deleteNames([entryName(2)])
    expect(await stores.other.readEntry(2)).toBeUndefined()
  })

  test('is empty before it is made', async () => {
    await using stores = await open()
    expect(await stores.one.readText('_last_checkpoint')).toBeUndefined()
    expect(await stores.one.listNames()).toEqual([])
  })
}
