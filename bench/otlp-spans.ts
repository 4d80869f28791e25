/** OpenTelemetry's ExportTraceServiceRequest in protobuf, as much of it as a bench needs. */
import { randomBytes } from 'node:crypto'

const spansOfTrace = 10

/** An export of that many spans in traces of ten: a root and its children, three attributes each. */
export function encodeSpans(count: number): Buffer {
  const now = BigInt(Date.now()) * 1_000_000n
  const spans: Buffer[] = []
  let traceId = randomBytes(16)
  let root = randomBytes(8)
  for (let index = 0; index < count; index += 1) {
    const isRoot = index % spansOfTrace === 0
    if (isRoot) {
      traceId = randomBytes(16)
      root = randomBytes(8)
    }
    const start = now + BigInt(index) * 1_000n
    spans.push(
      field(
        2,
        Buffer.concat([
          field(1, traceId),
          field(2, isRoot ? root : randomBytes(8)),
          ...(isRoot ? [] : [field(4, root)]),
          field(5, Buffer.from(isRoot ? 'answer' : `step ${index % spansOfTrace}`)),
          fixed64(7, start),
          fixed64(8, start + 500_000n),
          attribute('mlflow.spanType', '"CHAIN"'),
          attribute('mlflow.spanInputs', `{"question": "How much is ${index} and one?"}`),
          attribute('mlflow.spanOutputs', `{"answer": "${index + 1}, as far as I can tell"}`),
        ]),
      ),
    )
  }
  return field(1, field(2, Buffer.concat(spans)))
}

function attribute(key: string, value: string): Buffer {
  const text = field(2, field(1, Buffer.from(value)))
  return field(9, Buffer.concat([field(1, Buffer.from(key)), text]))
}

function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content])
}

function fixed64(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(9)
  bytes.writeUInt8(number * 8 + 1)
  bytes.writeBigUInt64LE(value, 1)
  return bytes
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}
