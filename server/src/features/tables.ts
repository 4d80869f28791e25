export interface FeatureViewTable {
  name: string
  version: number
  definition: string
  creator: string
  created_at: number
}

declare module '../core/db/tables.ts' {
  interface Tables {
    feature_view: FeatureViewTable
  }
}
