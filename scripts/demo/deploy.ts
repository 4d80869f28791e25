import type { Millrace } from '@millrace/sdk'
import type { Display } from './display.ts'
import { DemoError, millraceJson } from './platform.ts'

/** What the deploy of examples/churn made on the server. */
export interface Deployed {
  /** Ids of the jobs by their key in the bundle. */
  readonly jobs: Readonly<Record<string, number>>
  readonly model: string
}

interface DeployOutput {
  readonly files: readonly string[]
  readonly resources: Readonly<Record<string, { readonly id: number | string }>>
}

export async function deployExample(
  millrace: Millrace,
  show: Display,
  notifyUrl: string,
): Promise<Deployed> {
  const began = Date.now()
  show.running('deploy')
  const bundle = ['--bundle', 'examples/churn', '--target', 'dev']
  const variables = ['--var', `notify_url=${notifyUrl}`, '--var', 'notify_status=ACTIVE']
  const args = ['deploy', ...bundle, ...variables] as const
  const { files, resources } = await millraceJson<DeployOutput>(millrace.url, ...args)
  const jobs = Object.fromEntries(
    Object.entries(resources).flatMap(([name, { id }]) =>
      name.startsWith('jobs.') ? [[name.slice('jobs.'.length), Number(id)]] : [],
    ),
  )
  const count = (kind: string): number =>
    Object.keys(resources).filter((name) => name.startsWith(`${kind}.`)).length
  const made = `${count('jobs')} jobs, ${count('gates')} contract, ${count('webhooks')} webhooks`
  show.done('deploy', Date.now() - began, `${files.length} files, ${made}`)
  return { jobs, model: 'churn' }
}

export function jobOf(deployed: Deployed, key: string): number {
  const id = deployed.jobs[key]
  if (id === undefined) throw new DemoError(`examples/churn has no job ${key}`)
  return id
}
