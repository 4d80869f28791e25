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
    const tag = this.small()
    this.field = tag >>> 3
    this.#wire = tag & 7
    return true
  }

  /** A varint that fits into 32 bits, such as an enum or a length; of a longer one the lower bits. */
  small(): number {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const bits = this.#bytes[this.#take(1)] ?? 0
      if (shift < 32) value |= (bits & 0x7f) << shift
      if (bits < 0x80) return value >>> 0
    }
    throw broken('a number is longer than ten bytes')
  }

  signed(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const bits = this.#bytes[this.#take(1)] ?? 0
      value |= BigInt(bits & 0x7f) << shift
      if (bits < 0x80) return BigInt.asIntN(64, value)
    }
    throw broken('a number is longer than ten bytes')
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
    const length = this.small()
    const at = this.#take(length)
    return this.#bytes.toString('utf8', at, at + length)
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
        this.small()
        break
      case 1:
        this.#take(8)
        break
      case 2:
        this.#take(this.small())
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
