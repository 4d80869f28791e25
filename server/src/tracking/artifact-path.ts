import { trackingErrors } from './errors.ts'

/**
 * Checks a path below the artifact root: relative, nothing in it that any decoding, on any system,
 * could turn into a way out. Empty is the root itself.
 */
export function parseArtifactPath(path: string): string {
  for (const form of decodings(path)) {
    const parts = form.split(/[/\\]/)
    const leaves =
      form.startsWith('/') ||
      form.startsWith('\\') ||
      form.includes('\0') ||
      !form.isWellFormed() ||
      parts.some((part) => part === '..' || part === '.') ||
      /^[a-zA-Z]:/.test(form) ||
      /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(form)
    if (leaves) throw trackingErrors.TRACKING_ARTIFACT_PATH_INVALID(path)
  }
  const parts = path.split('/')
  if (path !== '' && parts.includes('')) throw trackingErrors.TRACKING_ARTIFACT_PATH_INVALID(path)
  if (parts[0] === '.partial') throw trackingErrors.TRACKING_ARTIFACT_PATH_INVALID(path)
  return path
}

/** The path itself and whatever comes of percent-decoding it again and again. */
function decodings(path: string): string[] {
  const forms = [path]
  for (let current = path; forms.length < 10;) {
    const next = decodeOrSame(current)
    if (next === current) return forms
    forms.push(next)
    current = next
  }
  throw trackingErrors.TRACKING_ARTIFACT_PATH_INVALID(path)
}

function decodeOrSame(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    // A stray percent sign is part of a name; decode what can be.
    return path.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run)
      } catch {
        return run
      }
    })
  }
}
