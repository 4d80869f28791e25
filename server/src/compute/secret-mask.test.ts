import fc from 'fast-check'
import { expect, test } from 'vitest'
import { secretMask } from './secret-mask.ts'

const secrets = fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme-ascii' })

test('hides a secret at any place, in every form, and keeps every position', () => {
  fc.assert(
    fc.property(secrets, fc.string(), fc.string(), (secret, before, after) => {
      const mask = secretMask([secret])
      const forms = [
        secret,
        encodeURIComponent(secret),
        encodeURIComponent(secret).replaceAll('%20', '+'),
        Buffer.from(secret).toString('base64'),
        Buffer.from(secret).toString('base64url'),
      ]
      for (const form of forms) {
        const text = Buffer.from(before + form + after)
        const masked = mask?.apply(text)
        expect(masked).toHaveLength(text.length)
        expect(masked?.includes(form)).toBe(false)
      }
    }),
  )
})

test('hides a secret inside longer base64', () => {
  fc.assert(
    fc.property(secrets, fc.string({ maxLength: 5 }), (secret, before) => {
      const bytes = Buffer.from(`${before}${secret}:more`)
      const encoded = Buffer.from(bytes.toString('base64'))
      const masked = secretMask([secret])?.apply(encoded) ?? encoded
      const decoded = Buffer.from(masked.toString().replaceAll(/[*[\]]/g, 'A'), 'base64')
      expect(decoded.includes(secret)).toBe(false)
    }),
  )
})

test('leaves text alone when there is nothing to hide', () => {
  expect(secretMask([])).toBeUndefined()
  expect(secretMask(['abc'])).toBeUndefined()
  const text = Buffer.from('nothing to see')
  expect(secretMask(['password'])?.apply(text)).toBe(text)
})
