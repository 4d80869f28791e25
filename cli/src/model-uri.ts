import { UsageError } from './verb.ts'

export interface ModelName {
  readonly name: string
  readonly version: string
}

/** `models:/churn/3`, or short `churn/3`. */
export function readModel(text: string): ModelName {
  const match = /^(?:models:\/)?([^/:]+)\/(\d+)$/.exec(text)
  if (match?.[1] && match[2]) return { name: match[1], version: match[2] }
  throw new UsageError(`'${text}' names no model version; expected models:/<name>/<version>`)
}
