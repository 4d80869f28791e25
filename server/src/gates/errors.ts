import { defineErrors } from '../core/index.ts'

export const gatesErrors = defineErrors({
  GATES_CONTRACT_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (model: string) =>
      `Model '${model}' has no promotion contract; send one with PUT /api/millrace/1.0/gates/contracts/${model}`,
  },
  GATES_CONTRACT_OTHER_MODEL: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (asked: string, found: string) =>
      `The contract is for model '${found}', but was sent for '${asked}'`,
  },
  GATES_DURATION_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (found: string) => `approval_expires is '${found}'; write 12h or 7d`,
  },
  GATES_EVALUATION_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: string) => `There is no evaluation ${id}`,
  },
})
