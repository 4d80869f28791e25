/**
 * Reads what we need of an ONNX file: nodes with their attributes, constants, inputs, the first
 * output. Field numbers are those of onnx.proto; a repeated number may come packed or one by one.
 */
import { Buffer } from 'node:buffer'

export interface Graph {
  readonly nodes: readonly Node[]
  /** By name. */
  readonly constants: ReadonlyMap<string, Tensor>
  readonly inputs: readonly GraphInput[]
  readonly output: string
}

export interface Node {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: ReadonlyMap<string, Attribute>
}

export interface Attribute {
  readonly number: number
  readonly text: string
  readonly numbers: readonly number[]
  readonly texts: readonly string[]
}

export interface Tensor {
  readonly type: number
  readonly values: readonly number[]
}

export interface GraphInput {
  readonly name: string
  readonly type: number
  /** Values of one row; undefined where the graph leaves it open. */
  readonly width: number | undefined
}

/** `TensorProto.DataType` */
export const ElementType = { Float: 1, Int32: 6, Int64: 7, Bool: 9, Double: 11 } as const

export function readGraph(file: Buffer): Graph {
  const graph = message(message(file).bytes(7)[0])
  const tensors = graph.bytes(5).map((bytes) => message(bytes))
  const [output] = graph.bytes(12)
  return {
    nodes: graph.bytes(1).map(readNode),
    constants: new Map(tensors.map((tensor) => [tensor.text(8), readTensor(tensor)])),
    inputs: graph.bytes(11).map(readInput),
    output: message(output).text(1),
  }
}

function readNode(bytes: Buffer): Node {
  const node = message(bytes)
  const attributes = node.bytes(5).map((attribute) => message(attribute))
  return {
    op: node.text(4),
    inputs: node.texts(1),
    outputs: node.texts(2),
    attributes: new Map(attributes.map((found) => [found.text(1), readAttribute(found)])),
  }
}

function readAttribute(attribute: Message): Attribute {
  const [tensor] = attribute.bytes(5)
  const list = [...attribute.floats(7), ...attribute.integers(8)]
  return {
    number: attribute.floats(2)[0] ?? attribute.integers(3)[0] ?? 0,
    text: attribute.text(4),
    numbers: tensor ? readTensor(message(tensor)).values : list,
    texts: attribute.texts(9),
  }
}

function readTensor(tensor: Message): Tensor {
  const type = tensor.integers(2)[0] ?? 0
  const [raw] = tensor.bytes(9)
  const values = raw
    ? readRaw(raw, type)
    : [...tensor.floats(4), ...tensor.integers(5), ...tensor.integers(7), ...tensor.doubles(10)]
  return { type, values }
}

function readRaw(raw: Buffer, type: number): number[] {
  const read: Readonly<Record<number, readonly [number, (at: number) => number]>> = {
    [ElementType.Float]: [4, (at) => raw.readFloatLE(at)],
    [ElementType.Int32]: [4, (at) => raw.readInt32LE(at)],
    [ElementType.Int64]: [8, (at) => Number(raw.readBigInt64LE(at))],
    [ElementType.Bool]: [1, (at) => raw.readUInt8(at)],
    [ElementType.Double]: [8, (at) => raw.readDoubleLE(at)],
  }
  const [size, value] = read[type] ?? [1, () => Number.NaN]
  return Array.from({ length: raw.length / size }, (_, i) => value(i * size))
}

function readInput(bytes: Buffer): GraphInput {
  const input = message(bytes)
  const tensor = message(message(input.bytes(2)[0]).bytes(1)[0])
  const [, columns] = message(tensor.bytes(2)[0]).bytes(1)
  return {
    name: input.text(1),
    type: tensor.integers(1)[0] ?? 0,
    width: message(columns).integers(1)[0],
  }
}

interface Message {
  readonly bytes: (field: number) => Buffer[]
  readonly text: (field: number) => string
  readonly texts: (field: number) => string[]
  readonly integers: (field: number) => number[]
  readonly floats: (field: number) => number[]
  readonly doubles: (field: number) => number[]
}

/** Protobuf's wire types. */
const Wire = { Varint: 0, Eight: 1, Bytes: 2, Four: 5 } as const

/** Where the values of a field are: start, end, start, end …; a forest has a hundred thousand of them. */
type Extents = number[]

function message(bytes: Buffer = Buffer.alloc(0)): Message {
  const fields = readFields(bytes)
  function* extents(field: number): Generator<readonly [start: number, end: number]> {
    const all = fields.get(field) ?? []
    for (let i = 0; i < all.length; i += 2) yield [all[i] ?? 0, all[i + 1] ?? 0]
  }
  const chunks = (field: number) =>
    Array.from(extents(field), ([start, end]) => bytes.subarray(start, end))
  const texts = (field: number) =>
    Array.from(extents(field), ([start, end]) => bytes.toString('utf8', start, end))
  const numbers = (field: number, size: number, read: (at: number) => number) => {
    const found: number[] = []
    for (const [start, end] of extents(field)) {
      for (let at = start; at + size <= end; at += size) found.push(read(at))
    }
    return found
  }
  return {
    bytes: chunks,
    texts,
    text: (field) => texts(field)[0] ?? '',
    integers: (field) => {
      const found: number[] = []
      for (const [start, end] of extents(field)) {
        for (let at = start; at < end; at = varintEnd(bytes, at)) found.push(readVarint(bytes, at))
      }
      return found
    },
    floats: (field) => numbers(field, 4, (at) => bytes.readFloatLE(at)),
    doubles: (field) => numbers(field, 8, (at) => bytes.readDoubleLE(at)),
  }
}

function readFields(bytes: Buffer): Map<number, Extents> {
  const fields = new Map<number, Extents>()
  let at = 0
  while (at < bytes.length) {
    const tag = readVarint(bytes, at)
    const { start, end } = extentOf(bytes, varintEnd(bytes, at), tag & 7)
    const known = fields.get(tag >>> 3)
    if (known) known.push(start, end)
    else fields.set(tag >>> 3, [start, end])
    at = end
  }
  return fields
}

function extentOf(bytes: Buffer, at: number, wire: number): { start: number; end: number } {
  if (wire === Wire.Varint) return { start: at, end: varintEnd(bytes, at) }
  if (wire === Wire.Four) return { start: at, end: at + 4 }
  if (wire === Wire.Eight) return { start: at, end: at + 8 }
  if (wire !== Wire.Bytes) throw new Error(`no ONNX file: wire type ${wire}`)
  const start = varintEnd(bytes, at)
  const length = readVarint(bytes, at)
  if (start + length > bytes.length) throw new Error('the ONNX file is cut short')
  return { start, end: start + length }
}

function varintEnd(bytes: Buffer, at: number): number {
  let end = at
  while ((bytes[end] ?? 0) >= 0x80) end += 1
  return end + 1
}

function readVarint(bytes: Buffer, start: number): number {
  const last = varintEnd(bytes, start) - 1
  if (last - start < 4) {
    let small = 0
    for (let at = last; at >= start; at -= 1) small = (small << 7) | ((bytes[at] ?? 0) & 0x7f)
    return small
  }
  let large = 0n
  for (let at = last; at >= start; at -= 1) {
    large = (large << 7n) | BigInt((bytes[at] ?? 0) & 0x7f)
  }
  return Number(BigInt.asIntN(64, large))
}
