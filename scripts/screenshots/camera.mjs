// A headless browser that goes to a page, waits until nothing is loading, and takes its picture.
import chromium from '@sparticuz/chromium'
import { chromium as playwright } from 'playwright-core'

export async function openBrowser() {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args.filter((flag) => flag !== '--single-process'),
  })
}

/** A tab of its own; `problems` collects what its scripts and its console complain about. */
export async function openTab(browser, look) {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    colorScheme: look.colorScheme,
    hasTouch: look.phone,
    isMobile: look.phone,
    reducedMotion: 'reduce',
    locale: 'en-US',
    deviceScaleFactor: look.phone ? 2 : 1,
  })
  const page = await context.newPage()
  const problems = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  return { page, problems, close: () => context.close() }
}

const patienceMs = 15_000

export async function visit({ page, problems }, address) {
  await page.goto(address, { waitUntil: 'load' })
  await page.waitForSelector('main :is(h1, h2)', { timeout: 10_000 }).catch(() => undefined)
  const loading = page.getByLabel('Loading', { exact: true })
  for (const until = Date.now() + patienceMs; (await loading.count()) > 0;) {
    if (Date.now() > until) {
      problems.push('still loading')
      break
    }
    await page.waitForTimeout(50)
  }
  await page.waitForTimeout(250)
}
