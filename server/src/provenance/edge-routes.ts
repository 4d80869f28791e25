import { Type } from 'typebox'
import { listEdges, type LineageEdge, type LineageNode, type RoutePlugin } from '../core/index.ts'

const Asked = Type.Object(
  {
    node: Type.String({
      minLength: 3,
      pattern: '^[a-z-]+:.+$',
      description: 'A lineage node, such as table:main.churn.customers@4 or attempt:81.',
    }),
    limit: Type.Integer({ minimum: 1, maximum: 5000, default: 500, description: 'Most facts.' }),
  },
  { additionalProperties: false },
)

/** What was recorded about one thing: what it used and made, and what used and made it. */
export const edgeRoutes: RoutePlugin = async (app) => {
  const schema = { operationId: 'listLineageEdges', tags: ['provenance'], querystring: Asked }
  app.get('/api/millrace/1.0/provenance/edges', { schema }, async (request) => {
    const { limit } = request.query
    const { db } = request.ctx
    const node = request.query.node as LineageNode
    const [out, into] = await Promise.all([
      listEdges(db, { from: node, limit }),
      listEdges(db, { to: node, limit }),
    ])
    return { node, edges: [...into, ...out].map(encodeEdge) }
  })
}

function encodeEdge(edge: LineageEdge): Record<string, unknown> {
  return {
    kind: edge.kind,
    from: edge.from,
    to: edge.to,
    data: edge.data,
    principal: edge.principal,
    at: edge.createdAt.getTime(),
  }
}
