import { expect, test } from 'vitest'
import { startServer } from './server.ts'

test('comes back on the same address with the same data after kill -9', async () => {
  await using server = await startServer()
  const health = () => fetch(`${server.url}/health`).then((answer) => answer.status)
  expect(await health()).toBe(200)
  const first = server.pid
  await server.kill()
  await expect(health()).rejects.toThrow('fetch failed')
  await server.restart()
  expect(await health()).toBe(200)
  expect(server.pid).not.toBe(first)
})
