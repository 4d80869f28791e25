import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiOf, makeExperiment, makeRun, putArtifact, sendTrace } from './seed.ts'
import { openSite, type Site } from './site.ts'

let site: Site

beforeAll(async () => {
  site = await openSite()
})

afterAll(async () => site[Symbol.asyncDispose]())

async function threeRuns(name: string): Promise<{ experimentId: string; runIds: string[] }> {
  const api = apiOf(site.url)
  const experimentId = await makeExperiment(api, name)
  const runIds: string[] = []
  for (const [index, auc] of [0.81, 0.83, 0.82].entries()) {
    const metrics = { auc }
    const params = { depth: String(index + 1) }
    runIds.push(await makeRun(api, { experimentId, name: `trial ${index}`, metrics, params }))
  }
  return { experimentId, runIds }
}

test('sorts, filters and selects runs in the URL, and Back undoes', async () => {
  const { experimentId } = await threeRuns('sorting')
  await using view = await site.open()
  const { page } = view
  const names = () => page.getByRole('row').getByRole('link').allTextContents()
  await view.visit(`/experiments/${experimentId}`)
  await page.getByRole('columnheader', { name: 'auc' }).getByRole('button').click()
  await expect.poll(names).toEqual(['trial 1', 'trial 2', 'trial 0'])
  expect(page.url()).toContain('sort=-metrics.auc')

  const filter = page.getByRole('combobox', { name: 'Filter runs' })
  await filter.fill('metrics.auc > 0.815')
  await filter.press('Enter')
  await expect.poll(names).toEqual(['trial 1', 'trial 2'])

  await page.reload()
  await expect.poll(names).toEqual(['trial 1', 'trial 2'])
  await page.goBack()
  await expect.poll(names).toEqual(['trial 1', 'trial 2', 'trial 0'])
  expect(view.problems).toEqual([])
})

test('says what is wrong with a filter and keeps it to be mended', async () => {
  const { experimentId } = await threeRuns('bad filter')
  await using view = await site.open()
  await view.visit(`/experiments/${experimentId}?q=metrics.auc+bigger+1`)
  const alert = view.page.getByRole('alert')
  await expect.poll(() => alert.textContent()).toContain('Position 13')
  expect(await alert.locator('mark').textContent()).toBe('bigger')
  const filter = view.page.getByRole('combobox', { name: 'Filter runs' })
  expect(await filter.inputValue()).toBe('metrics.auc bigger 1')
})

test('is worked by keyboard: move, select, compare, open', async () => {
  const { experimentId, runIds } = await threeRuns('keyboard')
  await using view = await site.open()
  const { page } = view
  await view.visit(`/experiments/${experimentId}`)
  await page.locator('tr[data-index="0"]').focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('x')
  await page.getByRole('link', { name: 'Compare 2' }).click()
  await expect.poll(() => page.url()).toContain('/compare?runs=')
  await page.getByRole('grid', { name: 'Comparison' }).waitFor()
  expect(await page.getByText('★').first().textContent()).toContain('0.83')

  await view.visit(`/experiments/${experimentId}?sort=metrics.auc`)
  await page.locator('tr[data-index="0"]').focus()
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url()).toContain(`/runs/${runIds[1] ?? ''}`)
})

test('gathers runs into groups and keeps the view under a name', async () => {
  const { experimentId } = await threeRuns('grouping')
  const depth = { auc: 0.5 }
  const more = { experimentId, name: 'trial 3', metrics: depth, params: { depth: '1' } }
  await makeRun(apiOf(site.url), more)
  await using view = await site.open()
  const { page } = view
  await view.visit(`/experiments/${experimentId}`)
  await page.getByRole('combobox', { name: 'Group by' }).selectOption('params.depth')
  await page.getByText('3 groups of 4 runs').waitFor()
  await page.getByRole('row', { name: '1 2 runs' }).click()
  await page.getByRole('link', { name: 'trial 3' }).waitFor()
  await page.getByRole('row', { name: '1 2 runs' }).getByRole('checkbox').check()
  await page.getByRole('link', { name: 'Compare 2' }).waitFor()

  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('textbox', { name: 'Keep this view as' }).fill('by depth')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('link', { name: 'by depth' }).waitFor()
  expect(await view.checkAccess()).toEqual([])

  await view.visit(`/experiments/${experimentId}`)
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('link', { name: 'by depth' }).click()
  await page.getByText('3 groups of 4 runs').waitFor()
  await page.getByRole('button', { name: 'Delete the view by depth' }).click()
  await expect.poll(() => page.getByRole('link', { name: 'by depth' }).count()).toBe(0)
  expect(view.problems).toEqual([])
})

test('edits notes and tags where they stand', async () => {
  const { experimentId, runIds } = await threeRuns('notes')
  await using view = await site.open()
  const { page } = view
  await view.visit(`/experiments/${experimentId}/runs/${runIds[0] ?? ''}`)
  await page.getByRole('button', { name: 'Write a note' }).click()
  await page.getByRole('textbox', { name: 'Note on this run' }).fill('It **works**.')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.locator('strong', { hasText: 'works' }).waitFor()

  await page.getByRole('textbox', { name: 'New tag' }).fill('team')
  await page.getByRole('textbox', { name: 'Value' }).fill('growth')
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByRole('button', { name: 'Edit team' }).click()
  await page.getByRole('textbox', { name: 'Value of team' }).fill('risk')
  await page.keyboard.press('Enter')
  await page.getByText('risk', { exact: true }).waitFor()
  expect(await view.checkAccess()).toEqual([])
  await page.reload()
  await page.getByText('risk', { exact: true }).waitFor()
  await page.locator('strong', { hasText: 'works' }).waitFor()
  await page.getByRole('button', { name: 'Delete team' }).click()
  await expect.poll(() => page.getByText('risk', { exact: true }).count()).toBe(0)
  expect(view.problems).toEqual([])
})

test('deletes runs, takes it back, and keeps chart settings in the URL', async () => {
  const { experimentId, runIds } = await threeRuns('undo')
  await using view = await site.open()
  const { page } = view
  await view.visit(`/experiments/${experimentId}`)
  await page.locator('tr[data-index="0"]').getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Delete 1' }).click()
  await page.getByText('2 runs loaded').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('3 runs loaded').waitFor()

  await view.visit(`/experiments/${experimentId}/compare?runs=${runIds.join(',')}`)
  await page.getByRole('combobox', { name: 'Baseline' }).selectOption('Against trial 0')
  await page.getByText('+0.0200').waitFor()
  await page.getByRole('tab', { name: 'Charts' }).click()
  await page.getByRole('checkbox', { name: 'Log scale' }).check()
  await page.getByRole('button', { name: 'Relative' }).click()
  await expect.poll(() => page.url()).toMatch(/base=.*by=relative.*log=yes|log=yes.*by=relative/)
  await page.getByRole('tab', { name: 'Scatter' }).click()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: /^Download .* as PNG$/ }).click()
  expect((await download).suggestedFilename()).toMatch(/\.png$/)
  expect(view.problems).toEqual([])
})

test('shows the traces of an experiment and where one failed', async () => {
  const { experimentId } = await threeRuns('traces')
  await sendTrace(site.url, experimentId)
  await using view = await site.open()
  const { page } = view
  await view.visit(`/experiments/${experimentId}`)
  await page.getByRole('button', { name: 'Traces' }).click()
  await page.getByRole('link', { name: 'answer' }).click()
  const lines = page.getByRole('list', { name: 'When each span ran' }).getByRole('button')
  await expect.poll(() => lines.count()).toBe(2)
  await expect.poll(() => page.getByRole('alert').textContent()).toBe('nothing found')
  await lines.first().click()
  await page.getByText('"question": "why?"').waitFor()

  await page.getByRole('textbox', { name: 'Assessment' }).fill('relevance')
  await page.getByRole('textbox', { name: 'Value' }).fill('no')
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByRole('button', { name: 'Delete relevance' }).click()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('button', { name: 'Delete relevance' }).waitFor()
  expect(await view.checkAccess()).toEqual([])
  await view.visit(`/experiments/${experimentId}?tab=traces&q=attributes.status+=+'OK'`)
  await page.getByRole('columnheader', { name: 'relevance' }).waitFor()
  expect(view.problems).toEqual([])
})

test('shows a new run without being asked', async () => {
  const { experimentId } = await threeRuns('live')
  await using view = await site.open()
  await view.visit(`/experiments/${experimentId}`)
  await view.page.getByText('Live', { exact: true }).waitFor()
  await makeRun(apiOf(site.url), { experimentId, name: 'just now', metrics: { auc: 0.9 } })
  const link = view.page.getByRole('link', { name: 'just now' })
  await expect.poll(() => link.count()).toBe(1)
})

test('follows the links that MLflow and Databricks clients print', async () => {
  const { experimentId, runIds } = await threeRuns('links')
  await using view = await site.open()
  const run = `/experiments/${experimentId}/runs/${runIds[0] ?? ''}`
  await view.visit(`/#${run}`)
  expect(new URL(view.page.url()).pathname).toBe(run)
  await view.page.getByRole('heading', { name: 'trial 0' }).waitFor()
})

test('finds things by name and runs by id with Ctrl-K', async () => {
  const { experimentId, runIds } = await threeRuns('findable')
  await using view = await site.open()
  const { page } = view
  await view.visit('/')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: /Find anything/ }).waitFor()
  await page.keyboard.type('findab')
  await expect.poll(() => page.getByRole('option').allTextContents()).toEqual(['findable'])
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url()).toContain(`/experiments/${experimentId}`)
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: /Find anything/ }).waitFor()
  await page.keyboard.type(runIds[2] ?? '')
  await page.getByRole('option', { name: 'trial 2' }).waitFor()
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url()).toContain(runIds[2] ?? '')
})

test('keeps uploaded HTML away from the page and the API', async () => {
  const { experimentId, runIds } = await threeRuns('html')
  const runId = runIds[0] ?? ''
  const text = `<p id="said">waiting</p><script>
    const say = (what) => (document.getElementById('said').textContent = what)
    let reached = 'nothing'
    try { parent.document.title = 'stolen'; reached = 'the page' } catch {}
    fetch('/api/2.0/mlflow/experiments/search?max_results=1')
      .then(() => (reached = 'the API'), () => undefined)
      .then(() => say('reached ' + reached))
  </script>`
  await putArtifact(apiOf(site.url), { experimentId, runId }, { path: 'report.html', text })
  await using view = await site.open()
  await view.visit(`/experiments/${experimentId}/runs/${runId}?tab=artifacts&path=report.html`)
  const frame = view.page.frameLocator('iframe')
  await expect.poll(() => frame.locator('#said').textContent()).toBe('reached nothing')
  expect(await view.page.title()).not.toBe('stolen')
})
