import type { FastifyBaseLogger } from 'fastify'
import type { App } from '../../core/index.ts'

type ChildOf = Parameters<App['setChildLoggerFactory']>[0]

/**
 * A request's logger that is made when something is logged. Making one costs as much as storing a
 * metric, and nearly no request logs anything.
 */
class LazyLog {
  readonly #parent: FastifyBaseLogger
  readonly #bindings: Parameters<ChildOf>[1]
  readonly #options: Parameters<ChildOf>[2]
  #made: FastifyBaseLogger | undefined

  constructor(...[parent, bindings, options]: Parameters<ChildOf>) {
    this.#parent = parent
    this.#bindings = bindings
    this.#options = options
  }

  get #log(): FastifyBaseLogger {
    return (this.#made ??= this.#parent.child(this.#bindings, this.#options))
  }

  get level(): string {
    return this.#parent.level
  }

  child(...given: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.#log.child(...given)
  }

  fatal(...given: unknown[]): void {
    this.#call('fatal', given)
  }

  error(...given: unknown[]): void {
    this.#call('error', given)
  }

  warn(...given: unknown[]): void {
    this.#call('warn', given)
  }

  info(...given: unknown[]): void {
    this.#call('info', given)
  }

  debug(...given: unknown[]): void {
    this.#call('debug', given)
  }

  trace(...given: unknown[]): void {
    this.#call('trace', given)
  }

  silent(...given: unknown[]): void {
    this.#call('silent', given)
  }

  #call(
    level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent',
    given: unknown[],
  ): void {
    const log = this.#log
    const write = log[level] as (...args: unknown[]) => void
    write.apply(log, given)
  }
}

/** From here on the app's requests make their logger only when they log. */
export function logLazily(app: App): void {
  app.setChildLoggerFactory((...given) => new LazyLog(...given) as unknown as FastifyBaseLogger)
}
