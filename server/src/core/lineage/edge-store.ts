import type { Selectable } from 'kysely'
import type { Ctx } from '../ctx.ts'
import { insertRows } from '../db/rows.ts'
import { runScript, type Script } from '../db/script.ts'
import type { Db } from '../db/tables.ts'
import { newId } from '../ids.ts'
import type { LineageEdgeTable } from './tables.ts'

/**
 * A node is written `<kind>:<identity>`:
 * `attempt:<id>` `table:main.default.x@4` `run:<id>` `logged-model:m-…` `model:churn/3` `env:<hash>`
 * `commit:<sha>` `file:<workspace path>@<sha256>` `search:<id>` `decision:<id>` `endpoint:churn`
 * `job-run:<id>` `scoring:<id>` `user:<name>`.
 */
export type LineageNode = `${string}:${string}`

export type EdgeKind =
  | 'READ' // attempt → table@version
  | 'WROTE' // attempt → table@version
  | 'USED_ENVIRONMENT' // attempt → env
  | 'USED_CODE' // attempt → file or commit; data holds the uncommitted diff
  | 'REUSED' // attempt → attempt whose result stood for it
  | 'PART_OF' // attempt → job-run, run → search
  | 'LOGGED' // attempt → run
  | 'TRAINED' // run → logged-model
  | 'REGISTERED' // run → model version
  | 'CHECKED' // decision → model version
  | 'APPROVED' // user → model version; data holds stage and comment
  | 'REJECTED'
  | 'SERVED' // model version → endpoint
  | 'SCORED' // model version → predictions table@version

export interface LineageEdge {
  readonly kind: EdgeKind
  readonly from: LineageNode
  readonly to: LineageNode
  readonly data: Readonly<Record<string, unknown>>
  readonly principal: string
  readonly createdAt: Date
}

export interface NewEdge {
  readonly kind: EdgeKind
  readonly from: LineageNode
  readonly to: LineageNode
  readonly data?: Readonly<Record<string, unknown>>
}

/** Records that something was used or made, at the moment it happens. The same edge twice is one. */
export async function recordEdge(tx: Ctx, edge: NewEdge): Promise<void> {
  await runScript(tx, () => edgeScript(tx, edge))
}

/** `recordEdge` for many. */
export async function recordEdges(tx: Ctx, edges: readonly NewEdge[]): Promise<void> {
  if (edges.length > 0) await runScript(tx, () => edgesScript(tx, edges))
}

/** `recordEdge` for a script. */
export function* edgeScript(ctx: Ctx, edge: NewEdge): Script<void> {
  yield* edgesScript(ctx, [edge])
}

function* edgesScript(ctx: Ctx, edges: readonly NewEdge[]): Script<void> {
  const now = ctx.now().getTime()
  const rows = edges.map((edge) => ({
    id: newId(now),
    kind: edge.kind,
    from_node: edge.from,
    to_node: edge.to,
    data: JSON.stringify(edge.data ?? {}),
    principal: ctx.principal.name,
    created_at: now,
  }))
  const tail = 'on conflict (from_node, kind, to_node) do nothing'
  yield* insertRows(ctx.database.dialect, 'lineage_edge', { rows, tail })
}

export interface EdgeQuery {
  readonly from?: LineageNode
  readonly to?: LineageNode
  /** Matches every version of a table or model: a prefix of the `to` node. */
  readonly toPrefix?: string
  readonly kind?: EdgeKind
  /** @default 1000 */
  readonly limit?: number
}

/** Edges out of or into a node, oldest first. */
export async function listEdges(db: Db, query: EdgeQuery): Promise<LineageEdge[]> {
  let select = db
    .selectFrom('lineage_edge')
    .selectAll()
    .orderBy('id')
    .limit(query.limit ?? 1000)
  if (query.from !== undefined) select = select.where('from_node', '=', query.from)
  if (query.to !== undefined) select = select.where('to_node', '=', query.to)
  if (query.kind !== undefined) select = select.where('kind', '=', query.kind)
  if (query.toPrefix !== undefined) {
    select = select
      .where('to_node', '>=', query.toPrefix)
      .where('to_node', '<', `${query.toPrefix}\u{10ffff}`)
  }
  return (await select.execute()).map(toEdge)
}

function toEdge(row: Selectable<LineageEdgeTable>): LineageEdge {
  return {
    kind: row.kind as EdgeKind,
    from: row.from_node as LineageNode,
    to: row.to_node as LineageNode,
    data: JSON.parse(row.data) as LineageEdge['data'],
    principal: row.principal,
    createdAt: new Date(Number(row.created_at)),
  }
}
