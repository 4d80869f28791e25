import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  FrameReader,
  type Frame,
  type Request,
} from './frames.ts'

const requests: readonly Request[] = [
  { op: 'open', id: 1, session: 7, path: '/models/größe/model.onnx' },
  {
    op: 'run',
    id: 2,
    session: 7,
    input: {
      rows: 3,
      numbers: { data: new Float32Array([1, 2, 3, 4, Number.NaN, 6]), width: 2 },
      codes: { data: new Int32Array([1, -2, 3]), width: 1 },
    },
  },
  {
    op: 'run',
    id: 3,
    session: 8,
    input: {
      rows: 1,
      numbers: { data: new Float64Array([0.1, 0.2]), width: 2 },
      codes: undefined,
    },
  },
  {
    op: 'run',
    id: 4,
    session: 8,
    input: { rows: 0, numbers: { data: new Float32Array(), width: 5 }, codes: undefined },
  },
  { op: 'close', id: 5, session: 7 },
]

test('requests arrive as they were sent, wherever the stream is cut', () => {
  const sent = Buffer.concat(requests.map(encodeRequest))
  fc.assert(
    fc.property(fc.array(fc.nat(sent.length), { maxLength: 12 }), (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), sent.length]
      const chunks = places.slice(1).map((end, i) => sent.subarray(places[i], end))
      expect(framesOf(chunks).map(decodeRequest)).toEqual(requests)
    }),
  )
})

test('answers carry values or a message', () => {
  const answers = [
    { id: 1, data: new Float32Array([0.25, 0.75]) },
    { id: 2, error: 'the graph answers nothing – at all' },
    { id: 3, data: new Float32Array() },
  ]
  const sent = Buffer.concat(answers.map(encodeAnswer))
  expect(framesOf([sent]).map(decodeAnswer)).toEqual(answers)
})

function framesOf(chunks: readonly Buffer[]): Frame[] {
  const frames: Frame[] = []
  const reader = new FrameReader()
  for (const chunk of chunks) reader.push(chunk, (frame) => frames.push(frame))
  return frames
}
