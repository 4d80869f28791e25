/** S3's answers are flat XML without attributes or namespaces' prefixes; this reads just that. */

/** What stands in each element of that name. */
export function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, 'g'))].map((m) => m[1] ?? '')
}

/** The text of the first element of that name. */
export function textOf(xml: string, name: string): string | undefined {
  const [inner] = elements(xml, name)
  return inner === undefined ? undefined : unescape(inner)
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
}

function unescape(text: string): string {
  return text.replaceAll(
    /&(#x?)?([0-9a-zA-Z]+);/g,
    (whole, numeric: string | undefined, name: string) => {
      if (numeric === undefined) return entities[name] ?? whole
      return String.fromCodePoint(Number.parseInt(name, numeric === '#x' ? 16 : 10))
    },
  )
}

export function escapeXml(text: string): string {
  return text.replaceAll(/[<>&"'\r\n\t]/g, (c) => `&#${c.charCodeAt(0)};`)
}

/** Whether XML 1.0 has a way to write the text at all. */
export function fitsXml(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- the control characters are the point
  return !/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(text)
}
