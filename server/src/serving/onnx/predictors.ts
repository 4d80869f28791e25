/** The operators that predict: trees and linear models. */
import { ElementType, type Node } from './graph-file.ts'
import { newSlot, numbersOf, type Operator, type Slot } from './operator.ts'
import { layOutTrees, type Ensemble } from './tree-ensemble.ts'

export const predictors: Readonly<Record<string, Operator>> = {
  TreeEnsembleClassifier: classify,
  TreeEnsembleRegressor: regress,
  LinearClassifier: classifyLinear,
  LinearRegressor: regressLinear,
}

function classify(node: Node, [input]: readonly Slot[]): ReturnType<Operator> {
  const ensemble = layOutTrees(node, {
    trees: 'class_treeids',
    nodes: 'class_nodeids',
    ids: 'class_ids',
    weights: 'class_weights',
  })
  const classes = countClasses(node)
  const transform = textOf(node, 'post_transform', 'NONE')
  const finish = classes === 2 && ensemble?.targets.size === 1 ? finishOne : finishMany[transform]
  if (!input || !ensemble || !finish || classes < 2) return undefined
  const output = newSlot(ElementType.Float, classes)
  const base = baseOf(node, classes)
  const [target = 1] = ensemble.targets
  const binary = { transform, target, isPositive: ensemble.isPositive }
  // The label comes first; what we keep of the graph never reads it.
  return {
    outputs: [newSlot(ElementType.Int64, 1), output],
    step() {
      output.cells.set(base)
      ensemble.sumLeaves(input.cells, output.cells)
      finish(output.cells, binary)
    },
  }
}

function countClasses(node: Node): number {
  const texts = node.attributes.get('classlabels_strings')?.texts ?? []
  const names = ['classlabels_int64s', 'classlabels_ints']
  return Math.max(texts.length, ...names.map((name) => numbersOf(node, name).length))
}

function textOf(node: Node, name: string, otherwise: string): string {
  return node.attributes.get(name)?.text || otherwise
}

function isTransformed(node: Node): boolean {
  return textOf(node, 'post_transform', 'NONE') !== 'NONE'
}

function baseOf(node: Node, width: number): Float64Array {
  const base = numbersOf(node, 'base_values')
  return Float64Array.from({ length: width }, (_, i) => base[i] ?? base[base.length - 1] ?? 0)
}

interface Binary {
  readonly transform: string
  readonly target: number
  readonly isPositive: boolean
}

type Finish = (scores: Float64Array, binary: Binary) => void

// Only one of two classes has leaves: the other's score follows from it.
function finishOne(scores: Float64Array, { transform, target, isPositive }: Binary): void {
  const score = scores[target] ?? 0
  if (isPositive) {
    scores[1] = score
    scores[0] = 1 - score
  } else {
    scores[1] = transform === 'LOGISTIC' ? logistic(score) : score
    scores[0] = transform === 'LOGISTIC' ? logistic(-score) : -score
  }
}

const finishMany: Readonly<Record<string, Finish>> = {
  NONE: () => {},
  LOGISTIC(scores) {
    for (const [i, score] of scores.entries()) scores[i] = logistic(score)
  },
  SOFTMAX(scores) {
    const largest = Math.max(...scores)
    let sum = 0
    for (const [i, score] of scores.entries()) {
      scores[i] = Math.exp(score - largest)
      sum += scores[i] ?? 0
    }
    for (const [i, score] of scores.entries()) scores[i] = score / sum
  },
}

function logistic(score: number): number {
  return 1 / (1 + Math.exp(-score))
}

function regress(node: Node, [input]: readonly Slot[]): ReturnType<Operator> {
  const ensemble = layOutTrees(node, {
    trees: 'target_treeids',
    nodes: 'target_nodeids',
    ids: 'target_ids',
    weights: 'target_weights',
  })
  const aggregate = textOf(node, 'aggregate_function', 'SUM')
  const isKnown = aggregate === 'SUM' || aggregate === 'AVERAGE'
  if (!input || !ensemble || !isKnown || isTransformed(node)) return undefined
  const output = newSlot(ElementType.Float, node.attributes.get('n_targets')?.number ?? 1)
  return {
    outputs: [output],
    step: regression(ensemble, {
      input,
      output,
      base: baseOf(node, output.cells.length),
      divisor: aggregate === 'AVERAGE' ? ensemble.trees : 1,
    }),
  }
}

interface Regression {
  readonly input: Slot
  readonly output: Slot
  readonly base: Float64Array
  readonly divisor: number
}

function regression(ensemble: Ensemble, plan: Regression): () => void {
  const { input, output, base, divisor } = plan
  return () => {
    output.cells.fill(0)
    ensemble.sumLeaves(input.cells, output.cells)
    for (const [i, sum] of output.cells.entries()) output.cells[i] = sum / divisor + (base[i] ?? 0)
  }
}

function classifyLinear(node: Node, [input]: readonly Slot[]): ReturnType<Operator> {
  const classes = countClasses(node)
  const transform = textOf(node, 'post_transform', 'NONE')
  const finish = finishMany[transform]
  const linear = input && layOutLinear(node, input, classes)
  if (!linear || !finish || classes < 2) return undefined
  const output = newSlot(ElementType.Float, classes)
  const binary = { transform, target: 1, isPositive: false }
  return {
    outputs: [newSlot(ElementType.Int64, 1), output],
    step() {
      linear(output.cells)
      finish(output.cells, binary)
    },
  }
}

function regressLinear(node: Node, [input]: readonly Slot[]): ReturnType<Operator> {
  const targets = node.attributes.get('targets')?.number ?? 1
  const linear = input && layOutLinear(node, input, targets)
  if (!linear || isTransformed(node)) return undefined
  const output = newSlot(ElementType.Float, targets)
  return { outputs: [output], step: () => linear(output.cells) }
}

/** Writes for each target its intercept and the input times its coefficients. */
function layOutLinear(
  node: Node,
  { cells }: Slot,
  targets: number,
): ((output: Float64Array) => void) | undefined {
  const coefficients = Float64Array.from(numbersOf(node, 'coefficients'))
  const intercepts = Float64Array.from(numbersOf(node, 'intercepts'))
  const width = cells.length
  if (coefficients.length !== width * targets) return undefined
  return (output) => {
    for (let target = 0; target < targets; target += 1) {
      let sum = intercepts[target] ?? 0
      for (let i = 0; i < width; i += 1) {
        sum += (cells[i] ?? 0) * (coefficients[target * width + i] ?? 0)
      }
      output[target] = sum
    }
  }
}
