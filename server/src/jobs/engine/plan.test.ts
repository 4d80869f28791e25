import { equal, ok } from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Task } from '../settings-schema.ts'
import { compileGraph, type TaskGraph } from '../task-graph.ts'
import { LifeCycle, Result, RunIf } from '../types.ts'
import { canceled, failed, lost, stoppedEnd, succeeded } from './ends.ts'
import { nextWake, plan } from './plan.ts'
import { decideRunIf, type Upstream } from './run-if.ts'
import {
  allAttempts,
  findAttempt,
  newAttempt,
  withAttempt,
  type AttemptRef,
  type Change,
  type RunState,
} from './run-state.ts'

const script = { spark_python_task: { python_file: '/a.py' } }
const always = { condition_task: { op: 'EQUAL_TO' as const, left: 'a', right: 'a' } }

interface Shape {
  readonly tasks: readonly Task[]
}

/** Random DAGs: each task depends on some of those before it. */
const shapes: fc.Arbitrary<Shape> = fc
  .array(
    fc.record({
      before: fc.array(fc.nat(20), { maxLength: 3 }),
      outcome: fc.option(fc.constantFrom('true', 'false'), { nil: undefined }),
      runIf: fc.constantFrom(...Object.values(RunIf)),
      kind: fc.constantFrom('script', 'condition', 'each'),
      disabled: fc.constantFrom(false, false, false, true),
      retries: fc.constantFrom(0, 0, 1, 2),
      timeout: fc.constantFrom(0, 0, 5),
      inputs: fc.nat(3),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((specs) => ({
    tasks: specs.map((spec, index): Task => {
      const before = [...new Set(spec.before.map((n) => n % (index || 1)))].filter(() => index > 0)
      const depends = before.map((n) => {
        const condition = specs[n]?.kind === 'condition'
        const outcome = condition && spec.outcome ? { outcome: spec.outcome } : {}
        return { task_key: `t${n}`, ...outcome }
      })
      const type =
        spec.kind === 'script'
          ? script
          : spec.kind === 'condition'
            ? always
            : {
                for_each_task: {
                  inputs: String(spec.inputs),
                  concurrency: 2,
                  task: { task_key: `n${index}`, ...script, max_retries: spec.retries },
                },
              }
      return {
        task_key: `t${index}`,
        depends_on: depends,
        run_if: spec.runIf,
        disabled: spec.disabled,
        max_retries: spec.kind === 'script' ? spec.retries : 0,
        timeout_seconds: spec.timeout,
        ...type,
      }
    }),
  }))

function newRun(graph: TaskGraph): RunState {
  return {
    runId: 1,
    graph,
    lifeCycle: LifeCycle.Pending,
    message: '',
    cancelRequested: false,
    deadline: undefined,
    healthAt: undefined,
    tasks: graph.tasks.map((task) => newAttempt(task.index + 1, {})),
    iterations: new Map(),
    waitMessages: new Map(),
  }
}

/** A world that does what the plan says, and answers as the dice say. */
class World {
  state: RunState
  now = 0
  readonly started = new Map<number, AttemptRef>()
  readonly ended = new Set<number>()
  readonly changes: Change[] = []
  #id = 1000
  readonly #shape: Shape
  readonly slots: number

  constructor(shape: Shape, slots: number) {
    this.#shape = shape
    this.slots = slots
    this.state = newRun(compileGraph(shape.tasks))
  }

  running(): AttemptRef[] {
    return allAttempts(this.state).filter(
      ({ task, attempt }) =>
        task.kind === 'spark_python_task' &&
        (attempt.phase === 'running' || attempt.phase === 'stopping'),
    )
  }

  settle(): void {
    for (;;) {
      const free = this.slots - this.running().length
      const planned = plan(this.state, { now: this.now, slots: free, newId: () => this.#id++ })
      ok(planned.slotsTaken <= Math.max(0, free))
      if (planned.changes.length === 0) return
      this.state = planned.state
      for (const change of planned.changes) this.#apply(change)
    }
  }

  #apply(change: Change): void {
    this.changes.push(change)
    if (change.kind === 'start') this.#start(change.of)
    if (change.kind === 'end') this.#end(change.of)
  }

  #start(ref: AttemptRef): void {
    ok(!this.started.has(ref.attempt.id), 'started twice')
    ok(!this.ended.has(ref.attempt.id), 'ended twice')
    this.started.set(ref.attempt.id, ref)
    if (ref.parentId === undefined) this.#expectReady(ref)
    if (ref.task.kind === 'condition_task') {
      const outcome = ref.task.index % 2 === 0 ? 'true' : 'false'
      this.state = withAttempt(this.state, ref, {
        phase: 'ended',
        end: { ...succeeded(), outcome },
      })
      this.ended.add(ref.attempt.id)
    } else if (ref.task.nested) {
      const inputs = this.#shape.tasks[ref.task.index]?.for_each_task?.inputs
      this.state = withAttempt(this.state, ref, { inputCount: Number(inputs) })
    }
  }

  /** Nothing starts before what it depends on has ended for good. */
  #expectReady(ref: AttemptRef): void {
    for (const edge of ref.task.before) {
      equal(this.state.tasks[edge.from]?.phase, 'ended')
    }
  }

  #end(ref: AttemptRef): void {
    ok(!this.ended.has(ref.attempt.id), 'ended twice')
    this.ended.add(ref.attempt.id)
  }

  deliver(id: number, dice: number): void {
    const ref = findAttempt(this.state, id)
    if (!ref) return
    const { stopReason } = ref.attempt
    const ends = [succeeded(), succeeded(), failed('RUN_EXECUTION_ERROR', 'x'), lost('x')]
    const end = stopReason ? stoppedEnd(stopReason, 1) : (ends[dice % ends.length] ?? succeeded())
    this.state = withAttempt(this.state, ref, { phase: 'ended', end })
    this.#end({ ...ref })
  }

  over(): boolean {
    return this.state.lifeCycle === LifeCycle.Terminated
  }
}

test('every run ends, starts nothing twice or early, and ends every task once', () => {
  fc.assert(
    fc.property(
      shapes,
      fc.array(fc.nat(1000), { minLength: 200, maxLength: 200 }),
      fc.record({
        slots: fc.constantFrom(1, 2, 100),
        cancelAt: fc.option(fc.nat(20), { nil: undefined }),
      }),
      (shape, dice, { slots, cancelAt }) => {
        const world = new World(shape, slots)
        world.settle()
        for (const [step, die] of dice.entries()) {
          if (world.over()) break
          if (step === cancelAt) world.state = { ...world.state, cancelRequested: true }
          const running = world.running()
          const chosen = running[die % Math.max(1, running.length)]
          if (die % 7 === 0) world.now += 3000
          else if (chosen) world.deliver(chosen.attempt.id, die)
          else world.now = Math.max(world.now, nextWake(world.state) ?? world.now)
          world.settle()
        }
        expect(world.over()).toBe(true)
        for (const attempt of world.state.tasks) expect(attempt.phase).toBe('ended')
        expect(world.changes.filter((change) => change.kind === 'end-run')).toHaveLength(1)
        const end = world.changes.at(-1)
        expect(end?.kind).toBe('end-run')
        // Planning an ended run again decides nothing.
        const again = plan(world.state, { now: world.now, slots: 1, newId: () => 0 })
        expect(again.changes).toEqual([])
      },
    ),
    { numRuns: 400 },
  )
})

test('plans a DAG of 1,000 tasks in little time, whatever their order', () => {
  const tasks = Array.from({ length: 1000 }, (_, n): Task => {
    const before = n < 999 ? [{ task_key: `t${n + 1}` }] : []
    return { task_key: `t${n}`, depends_on: before, ...script }
  })
  const state = newRun(compileGraph(tasks))
  const input = { now: 0, slots: 10, newId: () => 0 }
  plan(state, input)
  const begun = performance.now()
  const planned = plan(state, input)
  expect(performance.now() - begun).toBeLessThan(20)
  expect(planned.changes.map((change) => change.kind)).toEqual(['start', 'run'])
})

describe('run_if', () => {
  const ask = (runIf: RunIf, ...before: Upstream[]) => {
    const graph = compileGraph([{ task_key: 'x', run_if: runIf, ...script }])
    const [task] = graph.tasks
    const decision = task && decideRunIf(task, before)
    return typeof decision === 'string' ? decision : decision?.result
  }
  test.each([
    [RunIf.AllSuccess, ['succeeded', 'excluded'], 'run'],
    [RunIf.AllSuccess, ['succeeded', 'failed'], Result.UpstreamFailed],
    [RunIf.AllSuccess, ['succeeded', 'canceled'], Result.UpstreamCanceled],
    [RunIf.AllSuccess, ['succeeded', 'other-branch'], Result.Excluded],
    [RunIf.AtLeastOneSuccess, ['succeeded', 'failed'], 'run'],
    [RunIf.AtLeastOneSuccess, ['failed', 'failed'], Result.UpstreamFailed],
    [RunIf.NoneFailed, ['excluded', 'succeeded'], 'run'],
    [RunIf.NoneFailed, ['excluded', 'failed'], Result.UpstreamFailed],
    [RunIf.AllDone, ['failed', 'canceled'], 'run'],
    [RunIf.AllDone, ['excluded', 'excluded'], Result.Excluded],
    [RunIf.AtLeastOneFailed, ['failed', 'succeeded'], 'run'],
    [RunIf.AtLeastOneFailed, ['succeeded', 'succeeded'], Result.Excluded],
    [RunIf.AllFailed, ['failed', 'failed'], 'run'],
    [RunIf.AllFailed, ['failed', 'succeeded'], Result.Excluded],
    [RunIf.AllFailed, ['excluded'], Result.Excluded],
  ] as const)('%s after %j decides %s', (runIf, before, decision) => {
    expect(ask(runIf, ...before)).toBe(decision)
  })

  test('always runs a task that depends on nothing', () => {
    for (const runIf of Object.values(RunIf)) expect(ask(runIf)).toBe('run')
  })

  test('a canceled end is not a failure that is retried', () => {
    const graph = compileGraph([{ task_key: 'x', max_retries: 5, ...script }])
    const state = newRun(graph)
    const [task] = graph.tasks
    const [attempt] = state.tasks
    if (!task || !attempt) throw new Error('expected one task')
    const ended = withAttempt(
      state,
      { task, attempt, parentId: undefined },
      { phase: 'ended', startedAt: 0, end: canceled() },
    )
    const planned = plan(ended, { now: 0, slots: 1, newId: () => 9 })
    expect(planned.changes.map((change) => change.kind)).toEqual(['end-run'])
  })
})
