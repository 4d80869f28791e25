import { cpuUsage, memoryUsage, uptime } from 'node:process'
import { Type } from 'typebox'
import { listEvents, lastEventSeq } from './events/event-store.ts'
import type { Ctx } from './ctx.ts'
import type { App, RoutePlugin } from './http.ts'

const keepAliveMs = 15_000
const batchSize = 500

/** Server-sent events and process figures. */
export const coreRoutes: RoutePlugin = async (app, { ctx }) => {
  eventStream(app, ctx)
  app.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4').send(await processFigures(ctx)),
  )
}

function eventStream(app: App, ctx: Ctx): void {
  const query = Type.Object({
    after: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'Only events after this seq; from now on when absent.',
      }),
    ),
  })
  const options = {
    schema: { operationId: 'streamEvents', tags: ['core'], querystring: query },
  }
  app.get('/api/millrace/1.0/events/stream', options, async (request, reply) => {
    const resumed = Number(request.headers['last-event-id'] ?? Number.NaN)
    let cursor = Number.isInteger(resumed)
      ? resumed
      : (request.query.after ?? (await lastEventSeq(ctx.db)))
    reply.hijack()
    const out = reply.raw
    out.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      connection: 'keep-alive',
    })
    out.write(': connected\n\n')
    let sending = false
    let again = false
    const send = async (): Promise<void> => {
      again = true
      if (sending) return
      sending = true
      try {
        while (again && !out.destroyed) {
          again = false
          const events = await listEvents(ctx.db, { after: cursor, limit: batchSize })
          for (const event of events) {
            cursor = event.seq
            out.write(`id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
          }
          if (events.length === batchSize) again = true
        }
      } finally {
        sending = false
      }
    }
    const logFailure = (error: unknown) => request.log.error({ err: error }, 'event stream failed')
    const off = ctx.events.onWake(() => void send().catch(logFailure))
    const keepAlive = setInterval(() => out.write(': keep-alive\n\n'), keepAliveMs)
    const end = () => {
      off()
      clearInterval(keepAlive)
      app.server.off('close', end)
    }
    out.on('close', end)
    await send()
  })
}

/** Prometheus text about this process and the event log. */
async function processFigures(ctx: Ctx): Promise<string> {
  const { rss, heapUsed } = memoryUsage()
  const { user, system } = cpuUsage()
  const figures = [
    ['process_resident_memory_bytes', 'gauge', rss],
    ['nodejs_heap_size_used_bytes', 'gauge', heapUsed],
    ['process_cpu_seconds_total', 'counter', (user + system) / 1e6],
    ['process_uptime_seconds', 'gauge', uptime()],
    ['millrace_events_total', 'counter', await lastEventSeq(ctx.db)],
  ] as const
  return figures.map(([name, type, value]) => `# TYPE ${name} ${type}\n${name} ${value}\n`).join('')
}
