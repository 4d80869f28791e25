import { trackingErrors } from '../errors.ts'

/** Reads the fields of one protobuf message in the order in which they come. */
export class ProtoReader {
  readonly #bytes: Buffer
  #at: number
  readonly #end: number
  /** Number of the field read last. */
  field = 0
  #wire = 0

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#at = at
    this.#end = end
  }

  /** Steps to the next field; false at the message's end. */
  next(): boolean {
    if (this.#at >= this.#end) return false
    const tag = Number(this.varint())
    this.field = tag >>> 3
    this.#wire = tag & 7
    return true
  }

  varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#take(1)
      const bits = this.#bytes[byte] ?? 0
      value |= BigInt(bits & 0x7f) << shift
      if (bits < 0x80) return value
    }
    throw broken('a number is longer than ten bytes')
  }

  /** A varint that fits into 32 bits, such as an enum or a length. */
  small(): number {
    return Number(BigInt.asUintN(32, this.varint()))
  }

  signed(): bigint {
    return BigInt.asIntN(64, this.varint())
  }

  fixed64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#take(8))
  }

  fixed32(): number {
    return this.#bytes.readUInt32LE(this.#take(4))
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8))
  }

  bytes(): Buffer {
    const length = this.small()
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  text(): string {
    return this.bytes().toString('utf8')
  }

  message(): ProtoReader {
    const length = this.small()
    const at = this.#take(length)
    return new ProtoReader(this.#bytes, at, at + length)
  }

  /** Passes over a field that nobody asks for. */
  skip(): void {
    switch (this.#wire) {
      case 0:
        this.varint()
        break
      case 1:
        this.#take(8)
        break
      case 2:
        this.bytes()
        break
      case 5:
        this.#take(4)
        break
      default:
        throw broken(`wire type ${this.#wire} is unknown`)
    }
  }

  /** Where the next bytes begin, after making sure that they are there. */
  #take(count: number): number {
    const at = this.#at
    if (at + count > this.#end) throw broken('it ends in the middle of a field')
    this.#at = at + count
    return at
  }
}

function broken(problem: string): Error {
  return trackingErrors.TRACKING_INVALID(
    `The body is no OpenTelemetry protobuf message: ${problem}`,
  )
}
