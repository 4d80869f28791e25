/**
 * Opens a converted graph where it runs best:
 *
 *   every operator is one of ours, and the answers are onnxruntime's → a program in this process
 *   anything else → the model process
 *
 * A program answers one row without waiting for another process, and costs no 25 MiB of onnxruntime.
 */
import { readFile, stat } from 'node:fs/promises'
import { servingErrors } from '../errors.ts'
import type { ModelInput } from './frames.ts'
import { readGraph } from './graph-file.ts'
import { makeProgram, type Program } from './graph-program.ts'
import { openInProcess, type OnnxModel } from './model-process.ts'
import { isSame, proofInput } from './proof.ts'

/** A larger forest would be read too slowly here, and stay too large. */
const largestProgramBytes = 4 * 1024 * 1024

/** @param model named in errors: `churn/3` */
export async function openOnnxModel(model: string, path: string): Promise<OnnxModel> {
  const outside = await openInProcess(model, path)
  const program = await findProgram(outside, path)
  if (!program) return outside
  await outside[Symbol.asyncDispose]()
  return {
    async run(input) {
      try {
        return program(input)
      } catch (cause) {
        throw servingErrors.SERVING_MODEL_FAILED(model, (cause as Error).message).with({ cause })
      }
    },
    async [Symbol.asyncDispose]() {},
  }
}

async function findProgram(outside: OnnxModel, path: string): Promise<Program | undefined> {
  if ((await stat(path)).size > largestProgramBytes) return undefined
  const file = await readFile(path)
  const made = makeWithProof(file)
  if (!made) return undefined
  const { program, input } = made
  const expected = await outside.run(input).catch(() => undefined)
  return expected && isSame(expected, program(input)) ? program : undefined
}

// In a function of its own, so that the graph itself is forgotten.
function makeWithProof(file: Buffer): { program: Program; input: ModelInput } | undefined {
  const graph = readGraph(file)
  const program = makeProgram(graph)
  return program && { program, input: proofInput(graph) }
}
