import { trackingErrors } from './errors.ts'
import { limits } from './validation.ts'

const proxyScheme = 'mlflow-artifacts:'

/** `mlflow-artifacts:/a/b` or `mlflow-artifacts://host/a/b` → `a/b`; other schemes are not ours. */
export function artifactPathOf(uri: string): string {
  const match = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(uri)
  if (match?.[1] === undefined) throw trackingErrors.TRACKING_ARTIFACT_NOT_SERVED(uri)
  return match[1].replace(/\/+$/, '')
}

export function isServedHere(uri: string): boolean {
  return uri.startsWith(proxyScheme)
}

export function joinUri(root: string, path: string): string {
  return path === '' ? root : `${root.replace(/\/+$/, '')}/${path}`
}

/** What MLflow refuses as an experiment's location. */
export function checkArtifactLocation(location: string): void {
  if (location.length > limits.artifactLocation) {
    throw trackingErrors.TRACKING_INVALID(
      `Invalid artifact path length. The length of the artifact path cannot be greater than ${limits.artifactLocation} characters.`,
    )
  }
  if (location.startsWith('runs:')) {
    throw trackingErrors.TRACKING_INVALID(
      `Artifact location cannot be a runs:/ URI. Given: '${location}'`,
    )
  }
  if (/[?#;]/.test(location)) {
    throw trackingErrors.TRACKING_INVALID(
      "'artifact_location' URL can't include fragments or params.",
    )
  }
  if (location.split(/[/\\]/).includes('..')) {
    throw trackingErrors.TRACKING_INVALID(
      `Invalid artifact location: '${location}' must not contain '..'`,
    )
  }
}
