import type { FastifyRequest } from 'fastify'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { App } from '../core/index.ts'
import { trackingErrors } from './errors.ts'
import { decodeJsonSpans, decodeProtobufSpans } from './otlp/decode.ts'
import type { Span } from './otlp/spans.ts'
import { putSpans } from './trace-service.ts'

const unzip = promisify(gunzip)
const mostBytes = 64 * 1024 * 1024

/** OpenTelemetry's trace export, as protobuf or JSON, gzipped or not. */
export function otlpRoutes(app: App): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  const schema = {
    operationId: 'exportTraces',
    tags: ['mlflow'],
    summary:
      'Takes spans from any OpenTelemetry exporter; the header x-mlflow-experiment-id says where.',
  }
  app.post('/v1/traces', { schema }, async (request, reply) => {
    const experimentId = request.headers['x-mlflow-experiment-id']
    if (typeof experimentId !== 'string' || experimentId === '') {
      throw trackingErrors.TRACKING_INVALID('The header x-mlflow-experiment-id is missing')
    }
    const isJson = request.headers['content-type']?.startsWith('application/json') === true
    const spans = await readSpans(request, isJson)
    if (spans.length > 0) await putSpans(request.ctx, experimentId, spans)
    return isJson
      ? reply.type('application/json').send('{}')
      : reply.type('application/x-protobuf').send(Buffer.alloc(0))
  })
}

async function readSpans(request: FastifyRequest, isJson: boolean): Promise<Span[]> {
  const sent = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const body = request.headers['content-encoding'] === 'gzip' ? await decompress(sent) : sent
  if (!isJson) return decodeProtobufSpans(body)
  try {
    return decodeJsonSpans(JSON.parse(body.toString('utf8')))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw trackingErrors.TRACKING_INVALID(`The body is not JSON: ${error.message}`)
  }
}

async function decompress(body: Buffer): Promise<Buffer> {
  try {
    return await unzip(body, { maxOutputLength: mostBytes })
  } catch (error) {
    throw trackingErrors.TRACKING_INVALID(
      `The body can not be unzipped to at most ${mostBytes} bytes: ${(error as Error).message}`,
    )
  }
}
