import { failed, succeeded } from '../engine/ends.ts'
import type { ConditionTask } from './schemas.ts'
import type { TaskType } from './contract.ts'

/** Compares two texts, or two numbers; never anything else. */
export const conditionTask: TaskType = {
  how: 'instant',
  decide: ({ task }) => {
    const condition = task.condition_task
    if (!condition) return { end: failed('INVALID_RUN_CONFIGURATION', 'condition_task is missing') }
    const met = evaluate(condition)
    if (met === undefined) {
      const { left, op, right } = condition
      return {
        end: failed(
          'INVALID_RUN_CONFIGURATION',
          `${op} compares numbers; found '${left}' and '${right}'`,
        ),
      }
    }
    return { end: { ...succeeded(), outcome: met ? 'true' : 'false' } }
  },
}

function evaluate({ op, left, right }: ConditionTask): boolean | undefined {
  if (op === 'EQUAL_TO') return left === right
  if (op === 'NOT_EQUAL') return left !== right
  const a = toNumber(left)
  const b = toNumber(right)
  if (a === undefined || b === undefined) return undefined
  switch (op) {
    case 'GREATER_THAN':
      return a > b
    case 'GREATER_THAN_OR_EQUAL':
      return a >= b
    case 'LESS_THAN':
      return a < b
    case 'LESS_THAN_OR_EQUAL':
      return a <= b
  }
}

function toNumber(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : undefined
}
