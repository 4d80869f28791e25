/** Length-prefixed frames: a 4-byte big-endian length and that many bytes. */
export class FrameReader {
  #chunks: Buffer[] = []
  #size = 0

  /** Adds bytes; returns the body of every frame that is complete. */
  feed(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size < 4) return []
    let buffer = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    const bodies: Buffer[] = []
    while (buffer.length >= 4) {
      const end = 4 + buffer.readUInt32BE(0)
      if (buffer.length < end) break
      bodies.push(buffer.subarray(4, end))
      buffer = buffer.subarray(end)
    }
    this.#chunks = buffer.length > 0 ? [buffer] : []
    this.#size = buffer.length
    return bodies
  }
}

export function encodeJson(message: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(message), 'utf8')
  const head = Buffer.allocUnsafe(4)
  head.writeUInt32BE(body.length)
  return Buffer.concat([head, body])
}
