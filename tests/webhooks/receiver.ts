import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly at: number
  readonly path: string
  readonly id: string
  readonly body: Record<string, unknown>
  /** Whether the signature is that of `secret`, computed here from the body that came. */
  readonly isSigned: boolean
}

/** Answers a call; a receiver that does not answer hangs. */
export type Answer = (call: Received, response: ServerResponse) => void

export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly calls: readonly Received[]
  readonly stop: () => Promise<void>
  /** Listens again at the same address. */
  readonly start: () => Promise<void>
}

export const secret = 'a secret that both know'

/** A receiver of both dialects that checks what it gets, as the ones it stands for do. */
export async function startReceiver(answer: Answer = (_, r) => r.end()): Promise<Receiver> {
  const calls: Received[] = []
  let port = 0
  let server: Server | undefined
  const start = async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const { headers } = request
        const call: Received = {
          at: performance.now(),
          path: request.url ?? '',
          id: String(headers['x-mlflow-delivery-id'] ?? headers['x-millrace-delivery-id']),
          body: JSON.parse(text) as Record<string, unknown>,
          isSigned: isSigned(headers, text),
        }
        calls.push(call)
        answer(call, response)
      })
    })
    const listening = server
    await new Promise<void>((resolve) => listening.listen(port, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  }
  const stop = async () => {
    const ending = server
    server = undefined
    ending?.closeAllConnections()
    await new Promise<void>((resolve) => (ending ? ending.close(() => resolve()) : resolve()))
  }
  await start()
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    start,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function isSigned(headers: IncomingHttpHeaders, body: string): boolean {
  const flat = headers['x-databricks-signature']
  if (flat !== undefined) return flat === createHmac('sha256', secret).update(body).digest('hex')
  const timestamp = headers['x-mlflow-timestamp']
  const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300
  const signed = `${String(headers['x-mlflow-delivery-id'])}.${String(timestamp)}.${body}`
  const digest = createHmac('sha256', secret).update(signed).digest('base64')
  return isFresh && headers['x-mlflow-signature'] === `v1,${digest}`
}
