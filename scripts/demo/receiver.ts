import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A small stand-in for Slack's incoming webhook: takes `{"text": …}` and answers `ok`. */
export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly messages: readonly string[]
}

const largestBody = 64 * 1024

export async function startReceiver(onMessage: (text: string) => void): Promise<Receiver> {
  const messages: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
      if (body.length > largestBody) request.destroy()
    })
    request.on('end', () => {
      const text = readText(body)
      if (text === undefined) {
        response.writeHead(400).end('no_text')
        return
      }
      messages.push(text)
      onMessage(text)
      response.writeHead(200).end('ok')
    })
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/churn`,
    messages,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function readText(body: string): string | undefined {
  try {
    const { text } = JSON.parse(body) as { text?: unknown }
    return typeof text === 'string' ? text : undefined
  } catch {
    return undefined
  }
}
