/** Uniform numbers from 0 (inclusive) to 1 (exclusive). */
export type Rng = () => number

/** The stream numbered `stream` of a seed; streams do not overlap in practice (sfc32). */
export function openRng(seed: number, stream: number): Rng {
  let a = mix(seed >>> 0)
  let b = mix((Math.floor(seed / 2 ** 32) >>> 0) ^ 0x9e37_79b9)
  let c = mix(stream >>> 0) ^ 0x85eb_ca6b
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 12; i += 1) next()
  return next
}

/** A standard normal number. */
export function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng())
}

function mix(value: number): number {
  let x = value
  x = Math.imul(x ^ (x >>> 16), 0x7feb_352d)
  x = Math.imul(x ^ (x >>> 15), 0x846c_a68b)
  return x ^ (x >>> 16)
}
