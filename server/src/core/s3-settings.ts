import { coreErrors } from './errors.ts'

/** A place in an S3 bucket and how to reach it. */
export interface S3Settings {
  readonly bucket: string
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string
  /** `https://s3.eu-west-1.amazonaws.com`, or any server that speaks S3. */
  readonly endpoint: string
  readonly region: string
  /** Whether the bucket is in the path of an address, rather than in its host name. */
  readonly pathStyle: boolean
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** Settings for `s3://bucket/prefix` from the variables that AWS's tools and MLflow read; undefined for a folder. */
export function readS3(uri: string, env: Environment): S3Settings | undefined {
  if (!uri.includes('://')) return undefined
  const { bucket, prefix } = parseLocation(uri)
  const region = first(env, ['AWS_REGION', 'AWS_DEFAULT_REGION']) ?? 'us-east-1'
  const elsewhere = first(env, [
    'MLFLOW_S3_ENDPOINT_URL',
    'AWS_ENDPOINT_URL_S3',
    'AWS_ENDPOINT_URL',
  ])
  const endpoint = elsewhere ?? `https://s3.${region}.amazonaws.com`
  if (!URL.canParse(endpoint) || !/^https?:\/\//.test(endpoint)) {
    throw coreErrors.CORE_SETTING_INVALID('AWS_ENDPOINT_URL', endpoint, 'http://… or https://…')
  }
  return Object.freeze({
    bucket,
    prefix,
    endpoint: endpoint.replace(/\/+$/, ''),
    region,
    pathStyle: readPathStyle(env, elsewhere !== undefined) || bucket.includes('.'),
    accessKeyId: required(env, 'AWS_ACCESS_KEY_ID'),
    secretAccessKey: required(env, 'AWS_SECRET_ACCESS_KEY'),
    sessionToken: first(env, ['AWS_SESSION_TOKEN']),
  })
}

function parseLocation(uri: string): { readonly bucket: string; readonly prefix: string } {
  const location = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/
  const [, bucket, path = ''] = location.exec(uri) ?? []
  const parts = path.split('/').filter((part) => part !== '')
  if (bucket !== undefined && !parts.some((part) => part === '.' || part === '..')) {
    return { bucket, prefix: parts.join('/') }
  }
  throw coreErrors.CORE_SETTING_INVALID('--artifact-root', uri, 'a folder or s3://bucket/prefix')
}

/** The first of the variables that has a value. */
function first(env: Environment, names: readonly string[]): string | undefined {
  return names.map((name) => env[name]).find((value) => value !== undefined && value !== '')
}

/** Other servers than AWS's are usually reached under one name. */
function readPathStyle(env: Environment, isElsewhere: boolean): boolean {
  const style = first(env, ['MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE']) ?? 'auto'
  if (style === 'auto') return isElsewhere
  if (style === 'path' || style === 'virtual') return style === 'path'
  const expected = 'auto, path or virtual'
  throw coreErrors.CORE_SETTING_INVALID('MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE', style, expected)
}

function required(env: Environment, name: string): string {
  const value = first(env, [name])
  if (value !== undefined) return value
  throw coreErrors.CORE_SETTING_INVALID(name, '', 'a value, because --artifact-root is on S3')
}
