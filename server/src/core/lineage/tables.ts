export interface LineageEdgeTable {
  id: string
  kind: string
  from_node: string
  to_node: string
  data: string
  principal: string
  created_at: number
}

declare module '../db/tables.ts' {
  interface Tables {
    lineage_edge: LineageEdgeTable
  }
}
