export interface GateContractTable {
  model: string
  version: number
  content: string
  creator: string
  created_at: number
}

export interface GateEvaluationTable {
  id: string
  model: string
  version: number
  contract_version: number
  champion_version: number | null
  dataset: string
  dataset_version: number | null
  passed: number
  checks: string
  principal: string
  created_at: number
}

declare module '../core/db/tables.ts' {
  interface Tables {
    gate_contract: GateContractTable
    gate_evaluation: GateEvaluationTable
  }
}
