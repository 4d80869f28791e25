/**
 * One event stream per browser, not per tab: a browser opens only six connections to a server.
 * States of a tab: *waiting* for the lock → *leading* (it holds the stream and tells the others).
 * A tab that is closed gives up the lock, and the next one leads from the last event it saw.
 */

export interface LiveEvent {
  readonly seq: number
  readonly type: string
  readonly subject: string
  readonly at: number
  readonly payload: unknown
}

export type LiveState = 'connecting' | 'live' | 'lost'

/** Server-sent events are heard by name, so every type is listed. */
const types = [
  'automl.search_finished',
  'automl.trial_finished',
  'gates.evaluated',
  'jobs.run_changed',
  'jobs.task_changed',
  'monitoring.alert',
  'monitoring.refreshed',
  'registry.alias_deleted',
  'registry.alias_set',
  'registry.comment_created',
  'registry.model_created',
  'registry.request_approved',
  'registry.request_cancelled',
  'registry.request_created',
  'registry.request_rejected',
  'registry.version_created',
  'registry.version_stage_changed',
  'registry.version_tag_deleted',
  'registry.version_tag_set',
  'serving.endpoint_changed',
  'serving.scored',
  'tables.committed',
  'tracking.run_created',
  'tracking.run_finished',
] as const

const url = '/api/millrace/1.0/events/stream'
const channelName = 'millrace.live'

interface Message {
  readonly state?: LiveState
  readonly event?: LiveEvent
}

let state: LiveState = 'connecting'
let lastSeq: number | undefined
const stateListeners = new Set<() => void>()
const eventListeners = new Set<(event: LiveEvent) => void>()

function receive(message: Message): void {
  if (message.event !== undefined) {
    lastSeq = message.event.seq
    for (const listener of eventListeners) listener(message.event)
  }
  if (message.state !== undefined && message.state !== state) {
    state = message.state
    for (const listener of stateListeners) listener()
  }
}

export function liveState(): LiveState {
  return state
}

export function onLiveState(listener: () => void): () => void {
  stateListeners.add(listener)
  return () => stateListeners.delete(listener)
}

export function onLiveEvent(listener: (event: LiveEvent) => void): () => void {
  eventListeners.add(listener)
  return () => eventListeners.delete(listener)
}

/** Starts listening, once per page load. */
export function startLive(): void {
  if (typeof BroadcastChannel === 'undefined' || navigator.locks === undefined) {
    lead(() => undefined)
    return
  }
  const channel = new BroadcastChannel(channelName)
  channel.addEventListener('message', (message) => receive(message.data as Message))
  void navigator.locks.request(channelName, () => {
    lead((message) => channel.postMessage(message))
    return new Promise<never>(() => undefined)
  })
  void navigator.locks.query().then((found) => {
    if (found.held?.some((lock) => lock.name === channelName) === true) receive({ state: 'live' })
  })
}

function lead(tell: (message: Message) => void): void {
  const publish = (message: Message) => {
    receive(message)
    tell(message)
  }
  const source = new EventSource(lastSeq === undefined ? url : `${url}?after=${lastSeq}`)
  source.addEventListener('open', () => publish({ state: 'live' }))
  source.addEventListener('error', () => publish({ state: 'lost' }))
  for (const type of types) {
    source.addEventListener(type, (message) => {
      publish({ event: JSON.parse((message as MessageEvent<string>).data) as LiveEvent })
    })
  }
}
