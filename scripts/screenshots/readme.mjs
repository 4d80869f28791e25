// The pictures of the README: four pages in light and dark, small enough to live in the repository.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openTab, visit } from './camera.mjs'

const size = { width: 1440, height: 900, phone: false }
const quality = 0.72

const columns = [
  'attributes.status',
  'attributes.start_time',
  'duration',
  'metrics.cv_accuracy',
  'metrics.cv_f1',
  'metrics.cv_log_loss',
  'metrics.cv_roc_auc',
  'params.learner',
]

/** Which pages, and how high: `whole` is as high as the page is. */
const shots = [
  { name: 'job-run', search: { task: 'automl' } },
  { name: 'experiment', search: { sort: '-metrics.cv_roc_auc', columns: columns.join(',') } },
  { name: 'version', whole: true },
  { name: 'home', height: 520 },
]

/** Writes `NAME-light.webp` and `NAME-dark.webp`; returns their names and sizes. */
export async function shootReadme(browser, { url, pages, out }) {
  await mkdir(out, { recursive: true })
  const made = []
  for (const colorScheme of ['light', 'dark']) {
    const tab = await openTab(browser, { ...size, colorScheme })
    for (const shot of shots) {
      const path = pages[shot.name]
      if (path === undefined) throw new Error(`The server has nothing for the picture ${shot.name}`)
      const query = new URLSearchParams(shot.search).toString()
      // The picture before may have been higher.
      const { width, height } = { ...size, ...shot }
      await tab.page.setViewportSize({ width, height })
      await visit(tab, `${url}${path}${query === '' ? '' : `?${query}`}`)
      if (shot.whole) await fitHeight(tab.page)
      const webp = await toWebp(browser, await tab.page.screenshot())
      const name = `${shot.name}-${colorScheme}.webp`
      await writeFile(join(out, name), webp)
      made.push({ name, bytes: webp.length })
    }
    if (tab.problems.length > 0) throw new Error(tab.problems.join('\n'))
    await tab.close()
  }
  return made
}

/** The page scrolls inside its window, so the window grows to hold all of it. */
async function fitHeight(page) {
  const height = await page.evaluate(() => {
    const main = document.querySelector('main')
    return innerHeight + main.scrollHeight - main.clientHeight
  })
  await page.setViewportSize({ width: size.width, height })
  await page.waitForTimeout(250)
}

/** The browser can write WebP, so no other program has to. */
async function toWebp(browser, png) {
  const page = await browser.newPage()
  const source = `data:image/png;base64,${png.toString('base64')}`
  const encoded = await page.evaluate(
    async ([from, how]) => {
      const image = new Image()
      image.src = from
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = image.width
      canvas.height = image.height
      canvas.getContext('2d').drawImage(image, 0, 0)
      return canvas.toDataURL('image/webp', how)
    },
    [source, quality],
  )
  await page.close()
  return Buffer.from(encoded.slice(encoded.indexOf(',') + 1), 'base64')
}
