import { defineErrors } from '../core/index.ts'

/** Messages are MLflow's wherever a client is known to match on them. */
export const evaluationErrors = defineErrors({
  EVALUATION_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (problem: string) => problem,
    meaning: 'A value of a dataset, a record or a scorer cannot be kept',
  },
  EVALUATION_FILTER_INVALID: {
    status: 400,
    wire: 'INVALID_PARAMETER_VALUE',
    text: (at: number, problem: string) => `Invalid search at position ${at + 1}: ${problem}`,
    meaning: 'A filter cannot be read; the message names the place and what was expected',
  },
  EVALUATION_DATASET_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (id: string) => `Evaluation dataset with id '${id}' not found`,
  },
  EVALUATION_SCORER_NOT_FOUND: {
    status: 404,
    wire: 'RESOURCE_DOES_NOT_EXIST',
    text: (name: string, experiment: string, version: number | undefined) =>
      version === undefined
        ? `Scorer with name '${name}' not found for experiment ${experiment}.`
        : `Scorer with name '${name}' and version ${version} not found for experiment ${experiment}.`,
  },
})
