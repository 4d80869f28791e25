import { pino, type Logger as Pino } from 'pino'

export type Logger = Pino

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Headers and fields that may carry a credential and are never written. */
const secretPaths = [
  'req.headers.authorization',
  'req.headers.cookie',
  '*.secret',
  '*.token',
  '*.access_token',
  '*.password',
  '*.authorization',
]

/** JSON lines on standard error, so that standard output stays for what a command prints. */
export function openLog(level: LogLevel): Logger {
  return pino(
    { level, base: null, redact: { paths: secretPaths, censor: '***' } },
    pino.destination(2),
  )
}
