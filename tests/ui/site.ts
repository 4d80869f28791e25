import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import chromium from '@sparticuz/chromium'
import { chromium as playwright, type Browser, type Page } from 'playwright-core'
import { readConfig } from '../../server/src/core/index.ts'
import { startPlatform, type Platform } from '../../server/src/platform.ts'

const repo = fileURLToPath(new URL('../..', import.meta.url))
const axe = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'))

/** Flags of the packaged browser that would make it unlike a person's: no process or origin walls. */
const unsafeFlags = new Set([
  '--single-process',
  '--disable-web-security',
  '--disable-site-isolation-trials',
  '--allow-running-insecure-content',
])

/** A real server with its web pages, and a real browser. Use with `await using`. */
export interface Site extends AsyncDisposable {
  readonly url: string
  readonly platform: Platform
  /** A page of its own; `problems` collects what went wrong in it. */
  readonly open: (look?: Look) => Promise<OpenPage>
}

export interface OpenPage extends AsyncDisposable {
  readonly page: Page
  /** Errors of scripts, of the console, and of the content policy, so far. */
  readonly problems: readonly string[]
  /** Goes to a path and waits until nothing is loading. */
  readonly visit: (path: string) => Promise<void>
  /** Violations of WCAG 2.2 AA on the page as it is now, one line each. */
  readonly checkAccess: (what?: AccessCheck) => Promise<readonly string[]>
}

/** Colours are another matter in each theme; all else is the same. Contrast is half of the work. */
export type AccessCheck = 'everything' | 'contrast' | 'all but contrast'

export interface Look {
  readonly theme: 'light' | 'dark'
  readonly phone: boolean
}

export const looks: Readonly<Record<string, Look>> = {
  light: { theme: 'light', phone: false },
  dark: { theme: 'dark', phone: false },
  phone: { theme: 'light', phone: true },
}

export interface SiteSettings {
  /** The admin of a server to which people log in; without them nobody does. */
  readonly credentials?: { readonly username: string; readonly password: string }
}

const plain: Look = { theme: 'light', phone: false }

export async function openSite(settings: SiteSettings = {}): Promise<Site> {
  await buildPages()
  await using stack = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-ui-'))
  stack.defer(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }))
  const { credentials } = settings
  const login = credentials === undefined ? [] : ['--auth', 'basic']
  const flags = ['--data-dir', dataDir, '--port', '0', '--log-level', 'error', ...login]
  const environment =
    credentials === undefined
      ? {}
      : {
          MILLRACE_ADMIN_USER: credentials.username,
          MILLRACE_ADMIN_PASSWORD: credentials.password,
        }
  const platform = stack.use(await startPlatform(readConfig(flags, environment)))
  const browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args.filter((flag) => !unsafeFlags.has(flag)),
  })
  stack.defer(() => browser.close())
  const lifetime = stack.move()
  return {
    url: platform.url,
    platform,
    open: (look = plain) => openPage(browser, platform.url, { ...look, ...settings }),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  }
}

/** `npm test` has built the pages; a single test file run by hand builds them when they are not there. */
async function buildPages(): Promise<void> {
  if (existsSync(join(repo, 'ui', 'dist', 'index.html'))) return
  const vite = join(repo, 'node_modules', 'vite', 'bin', 'vite.js')
  await promisify(execFile)(process.execPath, [vite, 'build'], { cwd: join(repo, 'ui') })
}

async function openPage(
  browser: Browser,
  url: string,
  look: Look & SiteSettings,
): Promise<OpenPage> {
  const context = await browser.newContext({
    baseURL: url,
    colorScheme: look.theme,
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    hasTouch: look.phone,
    isMobile: look.phone,
    ...(look.credentials === undefined ? {} : { httpCredentials: look.credentials }),
    viewport: look.phone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
  })
  await context.addInitScript({ path: axe })
  await context.addInitScript(`
    addEventListener('securitypolicyviolation', (event) =>
      console.error('content policy: ' + event.violatedDirective + ' ' + event.blockedURI))`)
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${page.url()}: ${message.text()}`)
  })
  return {
    page,
    problems,
    async visit(path) {
      await page.goto(path)
      await settle(page)
    },
    checkAccess: (what = 'everything') => checkAccess(page, what),
    [Symbol.asyncDispose]: () => context.close(),
  }
}

async function settle(page: Page): Promise<void> {
  await page.waitForSelector('main :is(h1, h2)')
  const loading = page.getByLabel('Loading', { exact: true })
  while ((await loading.count()) > 0) await loading.first().waitFor({ state: 'detached' })
}

interface AxeViolation {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const contrast = 'color-contrast'
const options: Readonly<Record<AccessCheck, object>> = {
  everything: { runOnly: rules },
  contrast: { runOnly: { type: 'rule', values: [contrast] } },
  'all but contrast': { runOnly: rules, rules: { [contrast]: { enabled: false } } },
}

async function checkAccess(page: Page, what: AccessCheck): Promise<readonly string[]> {
  const asked = JSON.stringify({ ...options[what], resultTypes: ['violations'] })
  const script = `axe.run(document, ${asked}).then((r) => r.violations)`
  const violations: readonly AxeViolation[] = await page.evaluate(script)
  return violations.map(({ id, help, nodes }) => {
    const [first] = nodes
    return `${id}: ${help} (${nodes.length}×) ${first?.html.slice(0, 160) ?? ''} ${first?.failureSummary ?? ''}`
  })
}
