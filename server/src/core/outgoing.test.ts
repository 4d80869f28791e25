import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { callOutgoing, checkOutgoingUrl } from './outgoing.ts'

const strict = { schemes: ['https'], allowPrivate: [] }

test.each([
  'http://example.com/',
  'https://127.0.0.1/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://169.254.169.254/latest',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://u:p@example.com/',
  'file:///etc/passwd',
  'nonsense',
])('refuses %s', (url) => {
  expect(() => checkOutgoingUrl(url, strict)).toThrow(/Cannot call/)
})

test.each(['https://example.com/hook', 'https://not-there-yet.example/'])('takes %s', (url) => {
  expect(checkOutgoingUrl(url, strict).href).toBe(url)
})

test('takes what the allow list names, by host, address or CIDR', () => {
  const policy = { schemes: ['https'], allowPrivate: ['127.0.0.0/8', 'mail.internal'] }
  expect(checkOutgoingUrl('http://127.0.0.9:8080/x', policy).port).toBe('8080')
  expect(checkOutgoingUrl('http://mail.internal/', policy).hostname).toBe('mail.internal')
  expect(() => checkOutgoingUrl('http://10.1.1.1/', policy)).toThrow(/Cannot call/)
})

test('refuses a name that resolves to a private address when it connects', async () => {
  const input = {
    method: 'POST',
    url: 'https://localhost:1/',
    headers: {},
    timeoutMs: 2000,
    verifyTls: true,
  } as const
  await expect(callOutgoing(input, strict)).rejects.toThrow(/private address/)
})

test('posts to an allowed host and returns its answer', async () => {
  await using server = createServer((request, response) => {
    response.writeHead(201).end(`${request.method} ${request.url}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const answer = await callOutgoing(
    {
      method: 'POST',
      url: `http://localhost:${port}/hook`,
      headers: {},
      body: '{}',
      timeoutMs: 2000,
      verifyTls: true,
    },
    { schemes: ['https'], allowPrivate: ['localhost'] },
  )
  expect([answer.status, answer.body]).toEqual([201, 'POST /hook'])
})
