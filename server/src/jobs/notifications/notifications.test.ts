import { once } from 'node:events'
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { eventually, jobsBench, type JobsBench } from '../../../../tests/jobs/jobs-bench.ts'
import { toRequest, type HttpDestination } from './destination-types.ts'
import type { Message } from './messages.ts'
import { NotificationSender } from './sender.ts'

interface Received {
  readonly authorization: string | undefined
  readonly body: Record<string, unknown>
}

interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly received: readonly Received[]
}

/** Answers 500 as often as asked, then 200. */
async function openReceiver(failures = 0): Promise<Receiver> {
  const received: Received[] = []
  let left = failures
  const server: Server = createHttpServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    request.on('end', () => {
      response.statusCode = left > 0 ? 500 : 200
      left -= 1
      const body = JSON.parse(text) as Record<string, unknown>
      received.push({ authorization: request.headers.authorization, body })
      response.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

interface MailServer extends AsyncDisposable {
  readonly url: string
  readonly mails: readonly string[]
}

/** Speaks as much SMTP as a client needs to hand over a message. */
async function openMailServer(): Promise<MailServer> {
  const mails: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.write('220 test\r\n')
    let mail: string | undefined
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString()
      if (mail !== undefined) {
        mail += text
        if (!mail.endsWith('\r\n.\r\n')) return
        mails.push(mail)
        mail = undefined
        socket.write('250 taken\r\n')
        return
      }
      if (text.startsWith('DATA')) mail = ''
      socket.write(text.startsWith('DATA') ? '354 go on\r\n' : '250 ok\r\n')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}?ignoreTLS=true`,
    mails,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function openBench(smtpUrl?: string): Promise<JobsBench> {
  const bench = await jobsBench()
  const config = { ...bench.ctx.config, allowPrivate: ['127.0.0.1'], smtpUrl }
  Object.assign(bench.ctx, { config })
  return bench
}

async function createDestination(b: JobsBench, config: object): Promise<string> {
  const response = await b.app.inject({
    method: 'POST',
    url: '/api/2.0/notification-destinations',
    body: { display_name: 'here', config },
  })
  expect(response.body).toContain('destination_type')
  return response.json<{ id: string }>().id
}

const condition = (right: string) => ({ condition_task: { op: 'GREATER_THAN', left: '2', right } })

test('tells a webhook that a run has started and how its task ended', async () => {
  await using receiver = await openReceiver()
  await using b = await openBench()
  const hook = { url: receiver.url, username: 'me', password: 'secret' }
  const id = await createDestination(b, { generic_webhook: hook })
  const runId = await b.run({
    name: 'nightly',
    webhook_notifications: { on_start: [{ id }], on_success: [{ id }] },
    tasks: [
      { task_key: 'a', ...condition('x'), webhook_notifications: { on_failure: [{ id }] } },
      { task_key: 'b', ...condition('1'), depends_on: [{ task_key: 'a' }], run_if: 'ALL_DONE' },
    ],
  })
  await b.ended(runId)
  await eventually(() => receiver.received.length).toBe(3)
  const byType = Object.fromEntries(
    receiver.received.map(({ body }) => [`${String(body['event_type'])}`, body]),
  )
  expect(byType['jobs.on_start']).toMatchObject({
    run: { run_id: runId },
    job: { name: 'nightly' },
  })
  expect(byType['jobs.on_failure']).toMatchObject({
    task: { task_key: 'a' },
    result_state: 'FAILED',
    message: expect.stringContaining('compares numbers') as string,
  })
  expect(byType['jobs.on_success']).toMatchObject({ result_state: 'SUCCESS_WITH_FAILURES' })
  const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`
  expect(receiver.received[0]?.authorization).toBe(basic)
})

test('tells a webhook once that a run and a task take longer than their rules allow', async () => {
  await using receiver = await openReceiver()
  await using b = await openBench()
  const id = await createDestination(b, { generic_webhook: { url: receiver.url } })
  const late = { on_duration_warning_threshold_exceeded: [{ id }] }
  const health = { rules: [{ metric: 'RUN_DURATION_SECONDS', op: 'GREATER_THAN', value: 30 }] }
  const wait = { model_name: 'm', model_version: '1', stage: 'Production' }
  const runId = await b.run({
    health,
    webhook_notifications: late,
    tasks: [{ task_key: 'w', approval_task: wait, health, webhook_notifications: late }],
  })
  await eventually(async () => (await b.view(runId)).state.life_cycle_state).toBe('BLOCKED')
  for (const seconds of [29, 2, 60]) {
    b.ctx.advance(seconds * 1000)
    b.ctx.events.wake()
    if (seconds > 2) continue
    await eventually(() => receiver.received.length).toBe(2)
  }
  await b.post('runs/cancel', { run_id: runId })
  await b.ended(runId)
  expect(
    receiver.received.map(({ body }) => [body['event_type'], body['task'] !== undefined]),
  ).toEqual(
    expect.arrayContaining([
      ['jobs.on_duration_warning_threshold_exceeded', true],
      ['jobs.on_duration_warning_threshold_exceeded', false],
    ]),
  )
  expect(receiver.received).toHaveLength(2)
})

test('sends again what could not be delivered', async () => {
  await using receiver = await openReceiver(1)
  await using b = await openBench()
  const id = await createDestination(b, { slack: { url: receiver.url } })
  await b.run({
    name: 'nightly',
    webhook_notifications: { on_failure: [{ id }] },
    tasks: [{ task_key: 'a', ...condition('x') }],
  })
  await eventually(() => receiver.received.length).toBe(1)
  b.ctx.advance(10_000)
  await using _sender = new NotificationSender(b.ctx)
  await eventually(() => receiver.received.length).toBeGreaterThan(1)
  expect(receiver.received.at(-1)?.body['text']).toContain('*Job nightly has failed*')
})

test('mails who asked for it, and refuses mail when there is no mail server', async () => {
  await using server = await openMailServer()
  await using b = await openBench(server.url)
  const settings = {
    name: 'nightly',
    email_notifications: { on_failure: ['ann@example.com'] },
    tasks: [{ task_key: 'a', ...condition('x') }],
  }
  await b.run(settings)
  await eventually(() => server.mails.length).toBe(1)
  expect(server.mails[0]).toContain('To: ann@example.com')
  expect(server.mails[0]).toContain('Subject: [Millrace] Job nightly has failed')
  Object.assign(b.ctx, { config: { ...b.ctx.config, smtpUrl: undefined } })
  await expect(b.post('create', settings)).rejects.toThrow(
    'email_notifications.on_failure cannot be sent: this server knows no mail server',
  )
})

test('says nothing of a canceled or a skipped run to whom it should not', async () => {
  await using receiver = await openReceiver()
  await using b = await openBench()
  const id = await createDestination(b, { microsoft_teams: { url: receiver.url } })
  const quiet = { no_alert_for_skipped_runs: true }
  const job = {
    max_concurrent_runs: 0,
    webhook_notifications: { on_failure: [{ id }] },
    tasks: [{ task_key: 'a', ...condition('1') }],
  }
  await b.run({ ...job, notification_settings: quiet })
  await b.run({ ...job, name: 'loud' })
  await eventually(() => receiver.received.length).toBe(1)
  expect(JSON.stringify(receiver.received[0])).toContain(
    'Job loud ended MAXIMUM_CONCURRENT_RUNS_REACHED',
  )
})

test('refuses destinations that are not there or cannot be', async () => {
  await using b = await openBench()
  const tasks = [{ task_key: 'a', ...condition('1') }]
  await expect(
    b.post('create', { tasks, webhook_notifications: { on_start: [{ id: 'none' }] } }),
  ).rejects.toThrow("there is no notification destination 'none'")
  const refused = async (config: object): Promise<string> => {
    const url = '/api/2.0/notification-destinations'
    const payload = { display_name: 'x', config }
    return (await b.app.inject({ method: 'POST', url, payload })).body
  }
  expect(await refused({})).toContain('found none')
  expect(await refused({ slack: { url: 'http://example.com/' } })).toContain('its scheme must be')
})

const message: Message = {
  event: 'on_failure',
  job: { id: 1, name: 'nightly' },
  runId: 2,
  result: 'FAILED',
  text: 'it broke',
  url: 'http://here/',
}

test('speaks to PagerDuty and Teams as they want to be spoken to', () => {
  const bodyOf = (to: HttpDestination): unknown =>
    JSON.parse(toRequest(to, message, 'id').body ?? '')
  expect(bodyOf({ type: 'PAGERDUTY', integrationKey: 'key' })).toMatchObject({
    routing_key: 'key',
    event_action: 'trigger',
    dedup_key: 'id',
    payload: { summary: 'Job nightly has failed', severity: 'error' },
  })
  expect(bodyOf({ type: 'MICROSOFT_TEAMS', url: 'https://x/' })).toMatchObject({
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive' }],
  })
})
