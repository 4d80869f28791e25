const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 100

/**
 * Shows steps that run side by side: on a terminal one live line that names them, elsewhere only a
 * line when each is done. Says nothing at all while every step is quick.
 */
export class Progress {
  #stream
  #running = new Map()
  #timer
  #frame = 0

  constructor(stream) {
    this.#stream = stream
  }

  async step(name, work) {
    const started = Date.now()
    this.#running.set(name, started)
    this.#animate()
    try {
      const result = await work()
      this.#end(name)
      this.#line('✓', `${name.padEnd(44)} ${seconds(started)}`)
      return result
    } catch (error) {
      this.#end(name)
      this.#line('✗', `${name.padEnd(44)} ${seconds(started)}`)
      throw error
    }
  }

  stop() {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#erase()
  }

  #end(name) {
    this.#running.delete(name)
    if (this.#running.size === 0) this.stop()
  }

  #animate() {
    if (!this.#stream.isTTY || this.#timer) return
    this.#timer = setInterval(() => this.#draw(), frameMs)
    this.#timer.unref()
  }

  #draw() {
    this.#frame = (this.#frame + 1) % frames.length
    const names = [...this.#running].map(([name, started]) => `${name} ${seconds(started).trim()}`)
    const width = (this.#stream.columns ?? 80) - 1
    this.#stream.write(
      `\r\u001B[K${`  ${frames[this.#frame]} ${names.join(' · ')}`.slice(0, width)}`,
    )
  }

  #line(mark, text) {
    this.#erase()
    this.#stream.write(`  ${mark} ${text}\n`)
  }

  #erase() {
    if (this.#stream.isTTY) this.#stream.write('\r\u001B[K')
  }
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`.padStart(8)
}
