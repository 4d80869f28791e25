/**
 * The model process: onnxruntime, away from the server. It does what it is told (`frames.ts`) over
 * file descriptor 3, and ends when the server does. One thread a model: the next request matters more
 * than this one.
 */
import { Socket } from 'node:net'
import process from 'node:process'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import {
  decodeRequest,
  encodeAnswer,
  FrameReader,
  type ModelInput,
  type Request,
} from './frames.ts'

const sessions = new Map<number, Promise<InferenceSession>>()
const server = new Socket({ fd: 3 })
const reader = new FrameReader()
const nothing = new Float32Array()

server.on('data', (chunk) => reader.push(chunk, (frame) => void answer(decodeRequest(frame))))
server.on('close', () => process.exit())
server.on('error', () => process.exit())

async function answer(request: Request): Promise<void> {
  const { id } = request
  try {
    server.write(encodeAnswer({ id, data: await carryOut(request) }))
  } catch (error) {
    server.write(
      encodeAnswer({ id, error: error instanceof Error ? error.message : String(error) }),
    )
  }
}

async function carryOut(request: Request): Promise<Float32Array> {
  switch (request.op) {
    case 'open':
      sessions.set(request.session, open(request.path))
      await sessions.get(request.session)
      return nothing
    case 'run':
      return run(await sessions.get(request.session), request.input)
    case 'close':
      await sessions.get(request.session)?.then((session) => session.release())
      sessions.delete(request.session)
      return nothing
  }
}

function open(path: string): Promise<InferenceSession> {
  return InferenceSession.create(path, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  })
}

async function run(
  session: InferenceSession | undefined,
  { rows, numbers, codes }: ModelInput,
): Promise<Float32Array> {
  if (!session) throw new Error('the model is not open')
  const feeds: Record<string, Tensor> = {}
  if (numbers) feeds['numbers'] = new Tensor(numbers.data, [rows, numbers.width])
  if (codes) feeds['codes'] = new Tensor(codes.data, [rows, codes.width])
  const results = await session.run(feeds)
  const output = results[session.outputNames[0] ?? '']
  if (output?.type !== 'float32') throw new Error(`the graph answers ${output?.type ?? 'nothing'}`)
  return output.data as Float32Array
}
