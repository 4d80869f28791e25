// Pictures of the web pages.
//   npm run screenshots                                    the README's, from a demo made for them
//   npm run screenshots -- --url http://127.0.0.1:5000     the README's, from a server that runs
//   npm run screenshots -- --url … --all DIR [--only home,run] [--looks light,phone]
//                                                          every page in every look, as PNG
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { repo, startDemoServer } from './demo/platform.ts'
import { openBrowser, openTab, visit } from './screenshots/camera.mjs'
import { findPages } from './screenshots/pages.mjs'
import { shootReadme } from './screenshots/readme.mjs'

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    all: { type: 'string' },
    only: { type: 'string', default: '' },
    looks: { type: 'string', default: 'light,dark,phone,phone-dark' },
  },
})

const looks = {
  light: { width: 1440, height: 900, colorScheme: 'light', phone: false },
  dark: { width: 1440, height: 900, colorScheme: 'dark', phone: false },
  phone: { width: 390, height: 844, colorScheme: 'light', phone: true },
  'phone-dark': { width: 390, height: 844, colorScheme: 'dark', phone: true },
}

async function shootAll(browser, { url, pages, out }) {
  await mkdir(out, { recursive: true })
  for (const name of values.looks.split(',')) {
    const tab = await openTab(browser, looks[name])
    for (const [key, path] of pages) {
      tab.problems.length = 0
      await visit(tab, url + path)
      await tab.page.screenshot({ path: join(out, `${key}-${name}.png`) })
      const wide = await tab.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      if (wide > 1) tab.problems.push(`wider than the screen by ${wide} px`)
      console.log([`${key} ${name}`, ...tab.problems].join('\n  '))
    }
    await tab.close()
  }
}

/** Runs the demo in a folder of its own and serves what it made. */
async function serveDemo() {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-screenshots-'))
  const remove = () => rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
  const args = [join(repo, 'scripts/demo/main.ts'), '--exit', '--port', '0', '--data-dir', dataDir]
  const demo = spawn(process.execPath, args, { stdio: 'inherit' })
  const code = await new Promise((resolve) => demo.once('exit', resolve))
  if (code !== 0) {
    await remove()
    throw new Error(`The demo ended with exit code ${code}`)
  }
  const server = await startDemoServer({ dataDir, port: '0' })
  return {
    url: server.url,
    close: async () => {
      await server[Symbol.asyncDispose]()
      await remove()
    },
  }
}

async function shoot(url) {
  const found = await findPages(url)
  const browser = await openBrowser()
  try {
    if (values.all === undefined) {
      const out = join(repo, 'docs', 'images')
      const made = await shootReadme(browser, { url, pages: found, out })
      for (const { name, bytes } of made) console.log(`${name}  ${Math.round(bytes / 1024)} kB`)
      return
    }
    const only = new Set(values.only.split(',').filter(Boolean))
    const pages = Object.entries(found).filter(([key]) => only.size === 0 || only.has(key))
    await shootAll(browser, { url, pages, out: values.all })
  } finally {
    await browser.close()
  }
}

if (values.url !== undefined) {
  await shoot(values.url.replace(/\/$/, ''))
} else {
  const demo = await serveDemo()
  try {
    await shoot(demo.url)
  } finally {
    await demo.close()
  }
}
