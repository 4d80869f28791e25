import { Type } from 'typebox'
import type { RoutePlugin } from '../core/index.ts'
import { getContract, setContract } from './contract-service.ts'
import { evaluateVersion, getEvaluation } from './evaluation-service.ts'
import { listEvaluations } from './gate-store.ts'
import type { Contract, Evaluation } from './types.ts'

const closed = { additionalProperties: false }
const prefix = '/api/millrace/1.0/gates'
const ofModel = Type.Object({ model: Type.String({ description: 'Registered model.' }) })
const PutContract = Type.Object(
  { contract: Type.String({ minLength: 1, description: 'promotion.yaml as text.' }) },
  closed,
)
const Evaluate = Type.Object(
  {
    model: Type.String({ minLength: 1, description: 'Registered model.' }),
    version: Type.Integer({ minimum: 1, description: 'Of the model.' }),
  },
  closed,
)
const Listing = Type.Object(
  {
    model: Type.String({ minLength: 1, description: 'Registered model.' }),
    version: Type.Optional(Type.Integer({ minimum: 1 })),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  },
  closed,
)

/** Promotion contracts and the evaluations of versions against them. */
export const gatesRoutes: RoutePlugin = async (app) => {
  const put = { schema: { params: ofModel, body: PutContract } }
  app.put(`${prefix}/contracts/:model`, put, async (request) =>
    encodeContract(await setContract(request.ctx, request.params.model, request.body.contract)),
  )

  app.get(`${prefix}/contracts/:model`, { schema: { params: ofModel } }, async (request) =>
    encodeContract(await getContract(request.ctx, request.params.model)),
  )

  app.post(`${prefix}/evaluations`, { schema: { body: Evaluate } }, async (request) =>
    encodeEvaluation(await evaluateVersion(request.ctx, request.body)),
  )

  app.get(`${prefix}/evaluations`, { schema: { querystring: Listing } }, async (request) => {
    const { model, version, limit } = request.query
    const wanted = { model, limit, ...(version === undefined ? {} : { version }) }
    const evaluations = await listEvaluations(request.ctx.db, wanted)
    return { evaluations: evaluations.map(encodeEvaluation) }
  })

  const one = Type.Object({ id: Type.String({ description: 'Of the evaluation.' }) })
  app.get(`${prefix}/evaluations/:id`, { schema: { params: one } }, async (request) =>
    encodeEvaluation(await getEvaluation(request.ctx, request.params.id)),
  )
}

function encodeContract(contract: Contract): Record<string, unknown> {
  return {
    model: contract.model,
    version: contract.version,
    contract: contract.content,
    creator: contract.creator,
    created_at: contract.createdAt.getTime(),
  }
}

function encodeEvaluation(evaluation: Evaluation): Record<string, unknown> {
  return {
    id: evaluation.id,
    model: evaluation.model,
    version: evaluation.version,
    contract_version: evaluation.contractVersion,
    champion_version: evaluation.championVersion,
    dataset: { table: evaluation.dataset, version: evaluation.datasetVersion },
    passed: evaluation.passed,
    checks: evaluation.checks,
    principal: evaluation.principal,
    created_at: evaluation.createdAt.getTime(),
  }
}
