/**
 * Sends what the outbox holds.
 *
 *   PENDING ──(taken)──▶ SENT
 *      │ ▲──(failed: later, each time later)
 *      └──(failed `mostTries` times, or cannot ever be sent)──▶ FAILED
 *
 * A message is in the outbox if and only if what it tells is committed. It is sent at least once: a
 * crash between the call and the mark sends it again, with the same id.
 */
import { createTransport } from 'nodemailer'
import { AppError, callOutgoing, type Ctx } from '../../core/index.ts'
import { Throttle } from '../throttle.ts'
import { findDestination } from './destination-store.ts'
import { toRequest, type DestinationConfig } from './destination-types.ts'
import { headline, type Message } from './messages.ts'
import { listDue, nextTryAt, updateNotification, type Queued } from './outbox-store.ts'

const mostTries = 8
const firstBackoffMs = 2_000
const everyMs = 100
const batch = 50
const maxTimerMs = 60_000

export class NotificationSender implements AsyncDisposable {
  readonly #ctx: Ctx
  readonly #throttle = new Throttle(() => this.#look(), everyMs)
  readonly #off: () => void
  #timer: NodeJS.Timeout | undefined
  #working: Promise<void> | undefined
  #again = false
  #stopped = false

  constructor(ctx: Ctx) {
    this.#ctx = ctx
    this.#off = ctx.events.onWake(() => this.#throttle.call())
    this.#look()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true
    this.#off()
    this.#throttle[Symbol.dispose]()
    clearTimeout(this.#timer)
    await this.#working
  }

  #look(): void {
    if (this.#stopped) return
    this.#again = true
    this.#working ??= this.#run().finally(() => {
      this.#working = undefined
      if (this.#again) this.#look()
    })
  }

  async #run(): Promise<void> {
    clearTimeout(this.#timer)
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false
        const due = await listDue(this.#ctx.db, this.#ctx.now(), batch)
        await Promise.all(due.map((queued) => this.#send(queued)))
        if (due.length > 0) this.#again = true
      }
      this.#setTimer(await nextTryAt(this.#ctx.db))
    } catch (error) {
      this.#ctx.log.error({ err: error }, 'notifications could not be sent')
      this.#setTimer(this.#ctx.now().getTime() + firstBackoffMs)
    }
  }

  #setTimer(at: number | undefined): void {
    if (at === undefined || this.#stopped) return
    const wait = Math.min(maxTimerMs, Math.max(0, at - this.#ctx.now().getTime()))
    this.#timer = setTimeout(() => this.#look(), wait)
  }

  async #send(queued: Queued): Promise<void> {
    const { id } = queued
    const tries = queued.tries + 1
    const problem = await deliver(this.#ctx, queued)
    if (!problem) {
      await updateNotification(this.#ctx.db, id, { state: 'SENT', tries, error: null })
      return
    }
    const over = problem.final || tries >= mostTries
    const nextAt = this.#ctx.now().getTime() + firstBackoffMs * 2 ** (tries - 1)
    await updateNotification(this.#ctx.db, id, {
      state: over ? 'FAILED' : 'PENDING',
      tries,
      next_try_at: nextAt,
      error: problem.text,
    })
    if (over) this.#ctx.log.warn({ notification: id, why: problem.text }, 'not sent')
  }
}

interface Problem {
  readonly text: string
  /** Trying again would not help. */
  readonly final: boolean
}

/** Sends it; answers what was in the way. */
async function deliver(ctx: Ctx, queued: Queued): Promise<Problem | undefined> {
  try {
    if (queued.channel === 'email') return await mail(ctx, [queued.target], queued)
    const destination = await findDestination(ctx, queued.target)
    if (!destination) return { text: 'its destination was deleted', final: true }
    return await tell(ctx, destination.config, queued)
  } catch (error) {
    const final = error instanceof AppError && error.code === 'CORE_URL_REFUSED'
    return { text: (error as Error).message, final }
  }
}

async function tell(
  ctx: Ctx,
  config: DestinationConfig,
  queued: Queued,
): Promise<Problem | undefined> {
  if (config.type === 'EMAIL') return mail(ctx, config.addresses, queued)
  const { allowPrivate } = ctx.config
  const request = toRequest(config, queued.message, queued.id)
  const { status } = await callOutgoing(request, { schemes: ['https'], allowPrivate })
  if (status >= 200 && status < 300) return undefined
  const final = status < 500 && status !== 408 && status !== 429
  return { text: `it answered ${status}`, final }
}

async function mail(
  ctx: Ctx,
  to: readonly string[],
  { id, message }: Pick<Queued, 'id' | 'message'>,
): Promise<Problem | undefined> {
  const { smtpUrl } = ctx.config
  if (smtpUrl === undefined) return { text: 'MILLRACE_SMTP_URL is not set', final: true }
  const transport = createTransport(smtpUrl)
  try {
    await transport.sendMail({
      from: senderOf(smtpUrl),
      to: [...to],
      subject: `[Millrace] ${headline(message)}`,
      text: bodyOf(message),
      messageId: `<${id}@millrace>`,
    })
    return undefined
  } finally {
    transport.close()
  }
}

/** The sender: `?from=` of the SMTP address, or else its user. */
function senderOf(smtpUrl: string): string {
  const url = new URL(smtpUrl)
  const user = decodeURIComponent(url.username)
  return url.searchParams.get('from') ?? (user.includes('@') ? user : `millrace@${url.hostname}`)
}

function bodyOf(message: Message): string {
  return [headline(message), message.text, message.url].filter((line) => line !== '').join('\n\n')
}
