// A server of its own process: launches the attempts that are named and then waits to be killed.
// Usage: node launch.ts DATA_DIR SCRIPT ATTEMPT_ID…
import { launch } from '../../server/src/compute/index.ts'
import { openCompute } from './support.ts'

const [dataDir = '', script = '', ...attemptIds] = process.argv.slice(2)
const { ctx, environment } = await openCompute(dataDir)
for (const attemptId of attemptIds) {
  await launch(ctx, {
    attemptId,
    environment,
    entry: { kind: 'script', path: script, argv: [] },
    env: {},
  })
}
process.stdout.write('launched\n')
setInterval(() => {}, 1000)
