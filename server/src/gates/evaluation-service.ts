import './events.ts'
import { appendEvent, inTransaction, newId, recordEdge, type Ctx } from '../core/index.ts'
import {
  createComment,
  createRequest,
  getVersion,
  listRequests,
  setVersionTag,
  Stage,
  transitionStage,
  type ModelVersion,
} from '../registry/index.ts'
import { checks } from './checks/index.ts'
import { getContract } from './contract-service.ts'
import { gatesErrors } from './errors.ts'
import { gatherEvidence, type Gathered } from './evidence.ts'
import { findEvaluation, insertEvaluation } from './gate-store.ts'
import { CheckKind, type CheckResult, type Evaluation } from './types.ts'

export interface EvaluateInput {
  readonly model: string
  readonly version: number
}

/**
 * Holds a version against its contract and acts on the outcome: passed, it is tagged, moved to
 * Staging, and Production is requested in the caller's name; failed, it is tagged, archived, and its
 * author is told why. A version that is in Production stays there: people let it in, and people take
 * it out. The record and the acts are one transaction.
 */
export async function evaluateVersion(ctx: Ctx, input: EvaluateInput): Promise<Evaluation> {
  const contract = await getContract(ctx, input.model)
  const version = await getVersion(ctx, { name: input.model, version: input.version })
  const gathered = await gatherEvidence(ctx, contract.content, version)
  const results = judge(gathered)
  return inTransaction(ctx, async (tx) => {
    const evaluation: Evaluation = {
      id: newId(),
      model: input.model,
      version: input.version,
      contractVersion: contract.version,
      championVersion: gathered.championVersion,
      dataset: contract.content.dataset.table,
      datasetVersion: gathered.datasetVersion,
      passed: results.every((result) => result.passed),
      checks: results,
      principal: tx.principal.name,
      createdAt: tx.now(),
    }
    await insertEvaluation(tx.db, evaluation)
    await recordEdge(tx, {
      kind: 'CHECKED',
      from: `decision:${evaluation.id}`,
      to: `model:${input.model}/${input.version}`,
      data: { passed: evaluation.passed, contract_version: contract.version },
    })
    await appendEvent(tx, {
      type: 'gates.evaluated',
      subject: `model:${input.model}/${input.version}`,
      payload: {
        name: input.model,
        version: input.version,
        evaluation_id: evaluation.id,
        passed: evaluation.passed,
      },
    })
    await tagResults(tx, evaluation)
    await act(tx, evaluation, version)
    return evaluation
  })
}

export async function getEvaluation(ctx: Ctx, id: string): Promise<Evaluation> {
  const evaluation = await findEvaluation(ctx.db, id)
  if (!evaluation) throw gatesErrors.GATES_EVALUATION_NOT_FOUND(id)
  return evaluation
}

function judge({ evidence, failure }: Gathered): CheckResult[] {
  if (evidence) return checks.flatMap((check) => check(evidence))
  return [
    {
      kind: CheckKind.Scoring,
      id: 'scoring',
      passed: false,
      value: failure ?? null,
      limit: 'the version must score the dataset of its contract',
      champion: null,
      rows: null,
    },
  ]
}

async function tagResults(tx: Ctx, evaluation: Evaluation): Promise<void> {
  const ref = { name: evaluation.model, version: evaluation.version }
  const tags = [
    { key: 'gate.passed', value: String(evaluation.passed) },
    { key: 'gate.evaluation', value: evaluation.id },
    ...evaluation.checks.map((check) => ({ key: tagKey(check.id), value: summarise(check) })),
  ]
  for (const tag of tags) await setVersionTag(tx, ref, tag)
}

function tagKey(id: string): string {
  return `gate.${id.replaceAll(/[^A-Za-z0-9_.\- /]/g, '-')}`.slice(0, 250)
}

function summarise(check: CheckResult): string {
  const value = typeof check.value === 'number' ? Number(check.value.toFixed(5)) : check.value
  return `${check.passed ? 'pass' : 'FAIL'}: ${value ?? 'undefined'} (${check.limit})`
}

async function act(tx: Ctx, evaluation: Evaluation, version: ModelVersion): Promise<void> {
  const ref = { name: evaluation.model, version: evaluation.version }
  const failed = evaluation.checks.filter((check) => !check.passed)
  const passed = evaluation.checks.length - failed.length
  if (!evaluation.passed) {
    const reasons = failed.map((check) => `${check.id}: ${summarise(check)}`)
    const comment = `@${version.userId} ${failed.length} of ${evaluation.checks.length} checks failed. ${reasons.join('; ')}`
    await createComment(tx, ref, comment)
    if (version.stage === Stage.Production) return
    const why = `Failed its promotion contract: ${reasons[0] ?? ''}`
    await moveTo(tx, version, { stage: Stage.Archived, comment: why })
    return
  }
  if (version.stage === Stage.Production) return
  const summary = `Passed all ${passed} checks of its promotion contract`
  await moveTo(tx, version, { stage: Stage.Staging, comment: summary })
  const open = await listRequests(tx, { ...ref, open: true })
  if (open.some((request) => request.stage === Stage.Production)) return
  await createRequest(tx, { ...ref, stage: Stage.Production, comment: summary })
}

interface Move {
  readonly stage: Stage
  readonly comment: string
}

async function moveTo(tx: Ctx, version: ModelVersion, { stage, comment }: Move): Promise<void> {
  if (version.stage === stage) return
  const { name, version: number } = version
  await transitionStage(tx, { name, version: number, stage, archiveExisting: false, comment })
}
