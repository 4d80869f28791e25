import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ensurePythonEnv } from '../../scripts/python-envs.mjs'

const accessKeyId = 'AKIDMILLRACE'
const secretAccessKey = 'secret/with+signs=='
const region = 'eu-west-1'
const bucket = 'artifacts'

export interface S3Server extends AsyncDisposable {
  /** `s3://artifacts` */
  readonly uri: string
  /** What a client of it needs in its environment. */
  readonly env: Readonly<Record<string, string>>
}

/** An S3 server with one empty bucket, which refuses what is not signed well. Use with `await using`. */
export async function startS3(): Promise<S3Server> {
  const script = fileURLToPath(new URL('s3_server.py', import.meta.url))
  const python = await ensurePythonEnv('s3')
  const child = spawn(python, [script, accessKeyId, secretAccessKey, region, bucket], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-10_000)))
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
    child.once('exit', () => reject(new Error(`The S3 server ended:\n${log}`)))
  })
  return {
    uri: `s3://${bucket}`,
    env: {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: region,
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
