import type { WriteStream } from 'node:tty'

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 120
const nameWidth = 26

/** A finished line per step; on a terminal also one live line that names what is running. */
export class Display implements Disposable {
  readonly #out: WriteStream
  readonly #running = new Map<string, { readonly since: number; readonly note: string }>()
  #timer: NodeJS.Timeout | undefined
  #frame = 0

  constructor(out: WriteStream) {
    this.#out = out
  }

  heading(text: string): void {
    this.#line(`\n${this.#paint(1, text)}`)
  }

  running(name: string, note = ''): void {
    const since = this.#running.get(name)?.since ?? Date.now()
    this.#running.set(name, { since, note })
    if (!this.#out.isTTY || this.#timer) return
    this.#timer = setInterval(() => this.#draw(), frameMs)
  }

  done(name: string, ms: number, note = ''): void {
    this.#end(name)
    this.#line(`  ${this.#paint(32, '✓')} ${row(name, ms)}  ${this.#fit(note)}`)
  }

  failed(name: string, ms: number, note: string): void {
    this.#end(name)
    this.#line(`  ${this.#paint(31, '✗')} ${row(name, ms)}  ${note}`)
  }

  /** Something that happened beside the steps: a message that arrived, an event. */
  note(text: string): void {
    this.#line(`  ${this.#paint(90, `· ${text}`)}`)
  }

  text(text: string): void {
    this.#line(text)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#erase()
  }

  #end(name: string): void {
    this.#running.delete(name)
    if (this.#running.size === 0) this[Symbol.dispose]()
  }

  #draw(): void {
    this.#frame = (this.#frame + 1) % frames.length
    const now = Date.now()
    const names = [...this.#running].map(([name, { since, note }]) => {
      const seconds = ((now - since) / 1000).toFixed(0)
      return `${name} ${seconds} s${note === '' ? '' : ` (${note})`}`
    })
    const text = `  ${frames[this.#frame]} ${names.join(' · ')}`
    this.#out.write(`\r\u001B[K${text.slice(0, (this.#out.columns || 80) - 1)}`)
  }

  #line(text: string): void {
    this.#erase()
    this.#out.write(`${text}\n`)
  }

  #erase(): void {
    if (this.#out.isTTY) this.#out.write('\r\u001B[K')
  }

  #fit(note: string): string {
    const room = (this.#out.isTTY ? this.#out.columns : 110) - nameWidth - 16
    return note.length > room ? `${note.slice(0, room - 1)}…` : note
  }

  #paint(code: number, text: string): string {
    return this.#out.isTTY && !process.env['NO_COLOR'] ? `\u001B[${code}m${text}\u001B[0m` : text
  }
}

function row(name: string, ms: number): string {
  return `${name.padEnd(nameWidth)} ${`${(ms / 1000).toFixed(1)} s`.padStart(7)}`
}

/** The first sentence, and no more than fits a line. */
export function shorten(text: string, most = 90): string {
  const sentence = /^[^\n]*?(?=[.;](?:\s|$)|\n|$)/.exec(text)?.[0] ?? text
  return sentence.length > most ? `${sentence.slice(0, most - 1)}…` : sentence
}
