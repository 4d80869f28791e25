// The entry of `npm run demo`, `npm test` and `npm run check`: installs what is missing, then runs
// the command on the project's own Node. Until that is there, this runs on any Node >= 20.
const oldestNode = 20
const found = Number(process.versions.node.split('.')[0])
if (found < oldestNode) {
  console.error(
    `Node ${oldestNode} or newer is needed and this is ${process.versions.node}. Install it from https://nodejs.org.`,
  )
  process.exit(1)
}

// No await out here: a Node that is too old has to read this file to say so.
void import('./bootstrap/commands.mjs')
  .then(({ runCommand }) => runCommand(process.argv.slice(2)))
  .then((code) => {
    process.exitCode = code
  })
