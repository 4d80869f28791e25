import { connect } from '@millrace/sdk'
import { Display } from './display.ts'
import { readOptions, type DemoOptions } from './options.ts'
import { DemoError, startDemoServer } from './platform.ts'
import { startReceiver } from './receiver.ts'
import { showCandidate, showPipeline } from './show-pipeline.ts'
import { showProvenance } from './show-provenance.ts'
import { finishRetraining, showWeek } from './show-week.ts'
import { showSummary } from './summary.ts'
import { deployExample } from './deploy.ts'

async function main(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv)
  if ('text' in options) {
    process.stdout.write(options.text)
    return options.code
  }
  using show = new Display(process.stdout)
  try {
    await demo(options, show)
    return 0
  } catch (error) {
    if (!(error instanceof Error)) throw error
    show.text(`\n${error instanceof DemoError ? error.message : (error.stack ?? error.message)}`)
    return 1
  }
}

async function demo(options: DemoOptions, show: Display): Promise<void> {
  const began = Date.now()
  show.heading('Millrace demo: examples/churn')
  show.running('server')
  await using receiver = await startReceiver((text) => show.note(`Slack-shaped message: ${text}`))
  await using server = await startDemoServer(options)
  show.done('server', Date.now() - began, server.url)
  const millrace = connect({ url: server.url })
  const deployed = await deployExample(millrace, show, receiver.url)
  const pipeline = await showPipeline(millrace, show, { ...options, deployed })
  await finishRetraining(millrace, show, { deployed, since: began })
  const candidate = await showCandidate(millrace, show, deployed)
  const week = await showWeek(millrace, show, deployed)
  await showProvenance(millrace, show, { model: deployed.model, version: pipeline.version })
  if (receiver.messages.length === 0) throw new DemoError('No Slack-shaped message arrived')
  await showSummary(millrace, show, { pipeline, candidate, week, server, began })
  if (options.exit) return
  show.text(`\nThe server goes on: ${server.url}   Ctrl+C ends it`)
  await Promise.race([server.interrupted(), server.ended])
}

process.exitCode = await main(process.argv.slice(2))
