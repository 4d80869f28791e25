import type { WriteStream } from 'node:tty'

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 120
const nameWidth = 14
const widest = 80

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
    for (const [at, line] of wrap(text, this.#columns() - 4).entries()) {
      this.#line(`  ${this.#paint(90, `${at === 0 ? '·' : ' '} ${line}`)}`)
    }
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
    const room = this.#columns() - row('', 0).length - 6
    return note.length > room ? `${note.slice(0, room - 1)}…` : note
  }

  #columns(): number {
    return this.#out.isTTY ? this.#out.columns || widest : widest
  }

  #paint(code: number, text: string): string {
    return this.#out.isTTY && !process.env['NO_COLOR'] ? `\u001B[${code}m${text}\u001B[0m` : text
  }
}

function row(name: string, ms: number): string {
  return `${name.padEnd(nameWidth)} ${`${(ms / 1000).toFixed(1)} s`.padStart(7)}`
}

/** Cut between words; a word that is longer than a line stays whole. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length + 1 > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

/** The first sentence, and no more than fits a line. */
export function shorten(text: string, most = 90): string {
  const sentence = /^[^\n]*?(?=[.;](?:\s|$)|\n|$)/.exec(text)?.[0] ?? text
  return sentence.length > most ? `${sentence.slice(0, most - 1)}…` : sentence
}
