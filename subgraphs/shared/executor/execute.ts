/**
 * Runs operations level by level: the resolver of a field is called for all its parents in one go,
 * and there is one wait for all their values. Fields do not wait for each other: each continues with
 * its own next level as soon as its values are there, so that what loads by key in one tick still
 * shares a statement. Resolvers are ordinary ones. What this does not run, graphql-js does.
 */
import {
  defaultFieldResolver,
  execute as executeWithGraphqlJs,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql'
import { abortReason } from '#shared/errors.ts'
import { argumentsFor, type Answer, type Batch, type Run } from './batch.ts'
import { compilerFor, type Variant } from './compile.ts'
import { completeField } from './complete.ts'
import { ResolveInfo } from './info.ts'
import type { Field, Variables } from './operation.ts'
import { Failure, isPromise, settle } from './settle.ts'

export interface Execution {
  readonly document: DocumentNode
  readonly operationName?: string | undefined
  readonly variables?: Readonly<Record<string, unknown>> | undefined
  readonly context: unknown
  /** Once aborted, no further level begins, and the execution rejects with its reason. */
  readonly signal: AbortSignal
}

export type Executor = (execution: Execution) => Promise<ExecutionResult>

/** Errors of variables that are reported; the same number as graphql-js reports. */
const maxErrors = 50

/** The executor of one schema. It keeps what it compiled as long as the document is in use. */
export function createExecutor(schema: GraphQLSchema): Executor {
  const compiledFor = compilerFor(schema)
  return async (execution) => {
    const { document, operationName, variables = {}, context, signal } = execution
    const compiled = compiledFor(document, operationName)
    if (compiled !== null) {
      const { errors, coerced } = compiled.coerce(variables, { maxErrors })
      if (errors !== undefined) return { errors }
      const variant = compiled.variantFor(coerced)
      if (variant !== null) return await runVariant(variant, coerced, context, signal)
    }
    return await executeWithGraphqlJs({
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue: context,
    })
  }
}

async function runVariant(
  { source, root }: Variant,
  variables: Variables,
  context: unknown,
  signal: AbortSignal,
): Promise<ExecutionResult> {
  const data: Answer = {}
  const ended = Promise.withResolvers<void>()
  const run: RunningRun = {
    source,
    variables,
    context,
    signal,
    errors: [],
    arguments: new Map(),
    data,
    pending: 0,
    ended,
  }
  const first = { selection: root, sources: [undefined], answers: [data], owners: [], from: null }
  whenSettled(run, Promise.resolve(first), (batch) => executeBatch(run, batch))
  await ended.promise
  return run.errors.length === 0 ? { data: run.data } : { errors: run.errors, data: run.data }
}

interface RunningRun extends Run {
  /** Fields whose values have not come yet. */
  pending: number
  readonly ended: PromiseWithResolvers<void>
}

function executeBatch(run: RunningRun, batch: Batch): void {
  if (run.signal.aborted) throw abortReason(run.signal)
  for (const field of batch.selection.fields) executeField(run, batch, field)
}

function executeField(run: RunningRun, batch: Batch, field: Field): void {
  const values = settle(resolveAll(run, batch, field), field.listDepth)
  if (!isPromise(values)) {
    completeAll(run, batch, field, values)
    return
  }
  // Keeps the order of the fields in the answer.
  for (const answer of batch.answers) answer[field.responseName] = null
  whenSettled(run, values, (settled) => completeAll(run, batch, field, settled))
}

function completeAll(
  run: RunningRun,
  batch: Batch,
  field: Field,
  values: readonly unknown[],
): void {
  const later: Parameters<typeof completeField>[4] = (typeName, next) => {
    const name = Promise.resolve(typeName).catch((reason: unknown) => new Failure(reason))
    whenSettled(run, name, (settled) => {
      const late = next(settled)
      if (late !== null) executeBatch(run, late)
    })
  }
  for (const next of completeField(run, batch, field, values, later)) executeBatch(run, next)
}

/** The run ends when the last of these has been worked on. */
function whenSettled<Value>(
  run: RunningRun,
  value: PromiseLike<Value>,
  work: (value: Value) => void,
): void {
  run.pending += 1
  const worked = async () => {
    work(await value)
    run.pending -= 1
    if (run.pending === 0) run.ended.resolve()
  }
  worked().catch(run.ended.reject)
}

function resolveAll(run: Run, batch: Batch, field: Field): readonly unknown[] {
  const args = argumentsFor(run, field)
  if (args instanceof Failure) return batch.sources.map(() => args)
  const { resolve, definition } = field
  return batch.sources.map((source, row) => {
    try {
      if (resolve === null) {
        const value = propertyOf(source, definition.name)
        if (typeof value !== 'function') return value
      }
      const info = new ResolveInfo(run, batch, field, row)
      return (resolve ?? defaultFieldResolver)(source, args, run.context, info)
    } catch (reason) {
      return new Failure(reason)
    }
  })
}

/** What most fields are: a value that their parent has. */
const propertyOf = (source: unknown, name: string): unknown =>
  (typeof source === 'object' || typeof source === 'function') && source !== null
    ? (source as Answer)[name]
    : undefined
