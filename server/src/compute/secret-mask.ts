/**
 * Hides secret values in text that people read: as they are, as JSON and URLs escape them, and in
 * base64 at each of the three positions that it can have inside a longer encoded text.
 * What hides a value is as long as the value, so that positions in the log stay what they were.
 */
export interface SecretMask {
  /** Bytes that must be known on both sides of a piece of text to mask it rightly. */
  readonly marginBytes: number
  readonly apply: (bytes: Buffer) => Buffer
}

/** Shorter values would hide ordinary text. */
const shortestSecret = 4
const shortestEncoded = 6
const label = '[REDACTED]'

export function secretMask(secrets: readonly string[]): SecretMask | undefined {
  const forms = new Set<string>()
  for (const secret of secrets) {
    if (secret.length >= shortestSecret) for (const form of formsOf(secret)) forms.add(form)
  }
  const needles = [...forms].map((form) => Buffer.from(form)).sort((a, b) => b.length - a.length)
  const longest = needles[0]
  if (!longest) return undefined
  return { marginBytes: longest.length, apply: (bytes) => mask(bytes, needles) }
}

function formsOf(secret: string): string[] {
  const url = encodeURIComponent(secret)
  const lower = url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
  const plus = url.replaceAll('%20', '+')
  const json = JSON.stringify(secret).slice(1, -1)
  return [secret, url, lower, plus, json, ...base64Forms(secret)]
}

function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const forms: string[] = []
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const bits = (before + bytes.length) * 8
    // The characters that depend on the secret alone, whatever stands around it.
    const core = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(bits / 6))
    if (core.length < shortestEncoded) continue
    forms.push(core, core.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms
}

function mask(bytes: Buffer, needles: readonly Buffer[]): Buffer {
  let masked = bytes
  for (const needle of needles) {
    let at = masked.indexOf(needle)
    while (at !== -1) {
      if (masked === bytes) masked = Buffer.from(bytes)
      masked.write(label.slice(0, needle.length).padEnd(needle.length, '*'), at, 'latin1')
      at = masked.indexOf(needle, at + needle.length)
    }
  }
  return masked
}
