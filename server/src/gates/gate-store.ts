import type { Selectable } from 'kysely'
import type { Db } from '../core/index.ts'
import type { GateContractTable, GateEvaluationTable } from './tables.ts'
import type { CheckResult, Contract, Evaluation } from './types.ts'

export async function insertContract(db: Db, contract: Contract): Promise<void> {
  await db
    .insertInto('gate_contract')
    .values({
      model: contract.model,
      version: contract.version,
      content: JSON.stringify(contract.content),
      creator: contract.creator,
      created_at: contract.createdAt.getTime(),
    })
    .execute()
}

/** The newest contract of a model. */
export async function findContract(db: Db, model: string): Promise<Contract | undefined> {
  const row = await db
    .selectFrom('gate_contract')
    .selectAll()
    .where('model', '=', model)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toContract(row)
}

export async function insertEvaluation(db: Db, evaluation: Evaluation): Promise<void> {
  await db
    .insertInto('gate_evaluation')
    .values({
      id: evaluation.id,
      model: evaluation.model,
      version: evaluation.version,
      contract_version: evaluation.contractVersion,
      champion_version: evaluation.championVersion,
      dataset: evaluation.dataset,
      dataset_version: evaluation.datasetVersion,
      passed: evaluation.passed ? 1 : 0,
      checks: JSON.stringify(evaluation.checks),
      principal: evaluation.principal,
      created_at: evaluation.createdAt.getTime(),
    })
    .execute()
}

export async function findEvaluation(db: Db, id: string): Promise<Evaluation | undefined> {
  const row = await db
    .selectFrom('gate_evaluation')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toEvaluation(row)
}

export interface EvaluationQuery {
  readonly model: string
  readonly version?: number
  readonly limit: number
}

/** Newest first. */
export async function listEvaluations(db: Db, query: EvaluationQuery): Promise<Evaluation[]> {
  let select = db
    .selectFrom('gate_evaluation')
    .selectAll()
    .where('model', '=', query.model)
    .orderBy('id', 'desc')
    .limit(query.limit)
  if (query.version !== undefined) select = select.where('version', '=', query.version)
  return (await select.execute()).map(toEvaluation)
}

function toContract(row: Selectable<GateContractTable>): Contract {
  return {
    model: row.model,
    version: Number(row.version),
    content: JSON.parse(row.content) as Contract['content'],
    creator: row.creator,
    createdAt: new Date(Number(row.created_at)),
  }
}

function toEvaluation(row: Selectable<GateEvaluationTable>): Evaluation {
  return {
    id: row.id,
    model: row.model,
    version: Number(row.version),
    contractVersion: Number(row.contract_version),
    championVersion: row.champion_version === null ? null : Number(row.champion_version),
    dataset: row.dataset,
    datasetVersion: row.dataset_version === null ? null : Number(row.dataset_version),
    passed: row.passed === 1,
    checks: JSON.parse(row.checks) as CheckResult[],
    principal: row.principal,
    createdAt: new Date(Number(row.created_at)),
  }
}
