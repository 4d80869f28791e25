import { afterAll, beforeAll, expect, test } from 'vitest'
import { issueToken } from '../../server/src/auth/index.ts'
import type { Principal } from '../../server/src/core/index.ts'
import { protectStage, Stage } from '../../server/src/registry/index.ts'
import { apiOf, makeExperiment, makeRun, makeVersion, putArtifact } from './seed.ts'
import { openSite, type Site } from './site.ts'

const pipeline: Principal = { name: 'pipeline', kind: 'service_principal', isOwner: false }
let site: Site

beforeAll(async () => {
  site = await openSite()
})

afterAll(async () => site[Symbol.asyncDispose]())

async function pipelineApi() {
  const issued = await issueToken(site.platform.ctx, { principal: pipeline, comment: 'test' })
  return apiOf(site.url, issued.token)
}

/** A version whose run has a model, and a request to put it into production. */
async function ask(name: string, api: ReturnType<typeof apiOf>): Promise<string> {
  const experimentId = await makeExperiment(api, `${name} ${Date.now()}`)
  const runId = await makeRun(api, { experimentId, name: 'best', metrics: { auc: 0.85 } })
  const file = { path: 'model/MLmodel', text: 'flavors: {}\n' }
  await putArtifact(api, { experimentId, runId }, file)
  const version = await makeVersion(api, name, runId)
  const request = { name, version, stage: 'Production', comment: 'all checks passed' }
  await api.post('/api/2.0/mlflow/transition-requests/create', request)
  return version
}

async function stageOf(name: string, version: string): Promise<string> {
  const answer = await apiOf(site.url).get<{ model_version: { current_stage: string } }>(
    `/api/2.0/mlflow/model-versions/get?name=${name}&version=${version}`,
  )
  return answer.model_version.current_stage
}

test('asks in one sentence, and an approval by someone else goes live', async () => {
  const api = await pipelineApi()
  const version = await ask('churn', api)
  await using view = await site.open()
  const { page } = view
  await view.visit('/')
  await page.getByRole('link', { name: /Approve churn v1 for Production\?/ }).click()
  const question = page.getByRole('region', { name: 'Question' })
  await question.waitFor()
  expect(await question.textContent()).toContain('Nothing is in Production yet.')
  expect(await question.textContent()).toContain('Asked by pipeline')

  const decision = page.getByRole('region', { name: 'Decision' })
  await decision.getByLabel('Comment').fill('looked at the slices')
  await decision.getByRole('button', { name: 'Approve' }).click()
  await page.getByText('churn v1 is approved for Production').first().waitFor()
  await decision.waitFor({ state: 'detached' })
  expect(await stageOf('churn', version)).toBe('Production')
  await page.getByText('looked at the slices').waitFor()

  await view.visit('/admin/audit')
  await page.getByRole('button', { name: 'Verify the chain' }).click()
  await page.getByText(/All \d+ links hold/).waitFor()
  expect(view.problems).toEqual([])
})

test('says which version it replaces, and a rejection leaves that one live', async () => {
  const api = await pipelineApi()
  const first = await ask('risk', api)
  const approve = { name: 'risk', version: first, stage: 'Production', comment: '' }
  const approval = { ...approve, archive_existing_versions: true }
  await apiOf(site.url).post('/api/2.0/mlflow/transition-requests/approve', approval)
  const second = await ask('risk', api)
  await using view = await site.open()
  await view.visit(`/models/risk/versions/${second}`)
  const question = view.page.getByRole('region', { name: 'Question' })
  expect(await question.textContent()).toContain(`It replaces v${first}.`)
  await view.page.getByRole('button', { name: 'Reject' }).click()
  await view.page.getByText('risk v2 is not going to Production').first().waitFor()
  expect(await stageOf('risk', first)).toBe('Production')
  expect(await stageOf('risk', second)).toBe('None')
})

test('tells the requester why they cannot approve, before they press', async () => {
  const version = await ask('mine', apiOf(site.url))
  await using view = await site.open()
  const { page } = view
  await view.visit(`/models/mine/versions/${version}`)
  const button = page.getByRole('button', { name: 'Approve' })
  await button.waitFor()
  expect(await button.getAttribute('aria-disabled')).toBe('true')
  expect(await button.getAttribute('title')).toContain('someone else must decide')
  await button.click({ force: true })
  expect(await stageOf('mine', version)).toBe('None')
})

test('names the approvers to anyone else', async () => {
  const contract = { name: 'guarded', stage: Stage.Production, approvers: ['ann', 'bob'] }
  await protectStage(site.platform.ctx, contract)
  const version = await ask('guarded', await pipelineApi())
  await using view = await site.open()
  await view.visit(`/models/guarded/versions/${version}`)
  const question = view.page.getByRole('region', { name: 'Question' })
  await expect.poll(() => question.textContent()).toContain('only ann, bob may decide')
})
