import { ElementType, type Node } from './graph-file.ts'

/** One value of the graph: what it is in the row at hand. */
export interface Slot {
  readonly type: number
  readonly cells: Float64Array
}

export type Step = () => void

/** Makes the output slots and what fills them; undefined when it cannot. */
export type Operator = (
  node: Node,
  inputs: readonly Slot[],
) => { readonly outputs: readonly Slot[]; readonly step: Step } | undefined

export function newSlot(type: number, width: number): Slot {
  return { type, cells: new Float64Array(width) }
}

export function numbersOf(node: Node, name: string): readonly number[] {
  return node.attributes.get(name)?.numbers ?? []
}

/** What a value of this type is kept as. */
export function rounding(type: number): (value: number) => number {
  return type === ElementType.Float ? Math.fround : (value) => value
}
