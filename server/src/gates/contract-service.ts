import { appendAudit } from '../auth/index.ts'
import { inTransaction, parseYaml, type Ctx } from '../core/index.ts'
import { protectStage, Stage } from '../registry/index.ts'
import { PromotionContract } from './contract-schema.ts'
import { gatesErrors } from './errors.ts'
import { findContract, insertContract } from './gate-store.ts'
import type { Contract } from './types.ts'

/**
 * Puts a contract in force: from now on its stage is reached only through an approved request. The
 * same contract again changes nothing.
 */
export async function setContract(ctx: Ctx, model: string, yaml: string): Promise<Contract> {
  const content = parseYaml(PromotionContract, yaml, 'promotion.yaml')
  if (content.model !== model) throw gatesErrors.GATES_CONTRACT_OTHER_MODEL(model, content.model)
  const expiresMs = parseExpiry(content.approval_expires)
  return inTransaction(ctx, async (tx) => {
    const newest = await findContract(tx.db, model)
    await protectStage(tx, {
      name: model,
      stage: Stage.Production,
      approvers: content.approvers,
      expiresMs,
    })
    if (newest && JSON.stringify(newest.content) === JSON.stringify(content)) return newest
    const contract = {
      model,
      version: (newest?.version ?? 0) + 1,
      content,
      creator: tx.principal.name,
      createdAt: tx.now(),
    }
    await insertContract(tx.db, contract)
    await appendAudit(tx, {
      action: 'gates.contract_changed',
      subject: `model:${model}`,
      data: { version: contract.version, contract: content },
    })
    return contract
  })
}

export async function getContract(ctx: Ctx, model: string): Promise<Contract> {
  const contract = await findContract(ctx.db, model)
  if (!contract) throw gatesErrors.GATES_CONTRACT_NOT_FOUND(model)
  return contract
}

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 }

function parseExpiry(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, digits = '', unit = ''] = /^([1-9]\d{0,4})([hd])$/.exec(text) ?? []
  const ms = Number(digits) * (unitMs[unit] ?? Number.NaN)
  if (Number.isNaN(ms) || ms === 0) throw gatesErrors.GATES_DURATION_INVALID(text)
  return ms
}
