import { parseArgs } from 'node:util'

export interface DemoOptions {
  readonly dataDir: string
  readonly port: string
  /** Stop the server when done. */
  readonly exit: boolean
  /** Wait for a person's click instead of approving as the local owner. */
  readonly waitForApproval: boolean
}

const help = `npm run demo [-- OPTIONS]: the churn pipeline, from a CSV to a watched model

  --data-dir DIR         where the data goes (./millrace-data)
  --port PORT            where the server listens (5000; 0 picks a free one)
  --wait-for-approval    wait for a click on Approve instead of approving as you
  --exit                 end when done; exit code 0 only if every step did what it should

  npm run demo -- --exit --port 0
`

/** The options, or what to print instead and the exit code. */
export function readOptions(
  argv: readonly string[],
): DemoOptions | { readonly text: string; readonly code: number } {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        'data-dir': { type: 'string', default: './millrace-data' },
        port: { type: 'string', default: '5000' },
        exit: { type: 'boolean', default: false },
        'wait-for-approval': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return { text: help, code: 0 }
    return {
      dataDir: values['data-dir'],
      port: values.port,
      exit: values.exit,
      waitForApproval: values['wait-for-approval'],
    }
  } catch (error) {
    return { text: `${(error as Error).message}\n\n${help}`, code: 2 }
  }
}
