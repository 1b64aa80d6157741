/**
 * Completes the values of one field for all its parents: lists, leaves, and the objects that the next
 * level continues with (GraphQL specification, "Value Completion").
 */
import { GraphQLError, locatedError } from 'graphql'
import { fail, nullify, pathOf, placeOf, type Answer, type Batch, type Run } from './batch.ts'
import type { Field, Selection, Shape } from './operation.ts'
import { Failure, isPromise } from './settle.ts'

/** The work on one field. */
export interface Completion {
  readonly run: Run
  readonly batch: Batch
  readonly field: Field
  /** The objects found, one batch per concrete type. */
  readonly found: Map<Selection, Batch>
  /** The parent at work. */
  row: number
  /** Where in the lists of the field it is at work. */
  readonly indexes: number[]
  /** Continues with an object whose type is not known yet; null when there is nothing to do. */
  readonly later: (
    typeName: PromiseLike<unknown>,
    next: (typeName: unknown) => Batch | null,
  ) => void
}

/** Writes the field into the answer of each parent; the objects it found are the next level. */
export function completeField(
  run: Run,
  batch: Batch,
  field: Field,
  values: readonly unknown[],
  later: Completion['later'],
): Iterable<Batch> {
  const completion: Completion = { run, batch, field, found: new Map(), row: 0, indexes: [], later }
  const { responseName, shape } = field
  let row = 0
  for (const answer of batch.answers) {
    completion.row = row
    try {
      answer[responseName] = complete(completion, shape, values[row], 0)
    } catch (cause) {
      answer[responseName] = null
      fail(run, { batch, row, field, indexes: [] }, cause)
      if (!shape.nullable) nullify(run, batch, row)
    }
    row += 1
  }
  return completion.found.values()
}

function complete(completion: Completion, shape: Shape, value: unknown, depth: number): unknown {
  if (value === null || value === undefined) {
    if (shape.nullable) return null
    throw new Error(`Cannot return null for non-nullable field ${nameOf(completion.field)}.`)
  }
  if (typeof value === 'object') {
    if (value instanceof Failure) throw value.reason
    if (value instanceof Error) throw value
  }
  switch (shape.kind) {
    case 'leaf':
      return shape.serialize(value)
    case 'list':
      return completeList(completion, shape.item, value, depth)
    case 'object':
      return begin(completion, shape.selection(), value)
    case 'abstract':
      return completeAbstract(completion, shape, value)
  }
}

function completeList(completion: Completion, item: Shape, value: unknown, depth: number): unknown {
  if (!Array.isArray(value)) {
    throw new GraphQLError(
      `Expected Iterable, but did not find one for field "${nameOf(completion.field)}".`,
    )
  }
  const items: readonly unknown[] = value
  return items.map((each, index) => {
    completion.indexes[depth] = index
    try {
      return complete(completion, item, each, depth + 1)
    } catch (cause) {
      const indexes = completion.indexes.slice(0, depth + 1)
      if (!item.nullable) throw located({ ...completion, indexes }, cause)
      fail(completion.run, { ...completion, indexes }, cause)
      return null
    }
  })
}

/** An error that goes further up keeps the path of the item it began at. */
function located({ run, batch, row, field, indexes }: Completion, cause: unknown): unknown {
  const path = pathOf(run, batch, row)
  return path === null
    ? cause
    : locatedError(cause, [...field.nodes], [...path, field.responseName, ...indexes])
}

/** The answer of an object, to be filled by the next level. */
function begin(completion: Completion, selection: Selection, source: unknown): Answer {
  const { batch, field, found, row } = completion
  let next = found.get(selection)
  if (next === undefined) {
    next = { selection, sources: [], answers: [], owners: [], from: { batch, field } }
    found.set(selection, next)
  }
  const answer: Answer = {}
  next.sources.push(source)
  next.answers.push(answer)
  next.owners.push(row)
  return answer
}

type AbstractShape = Extract<Shape, { kind: 'abstract' }>

function completeAbstract(completion: Completion, shape: AbstractShape, value: unknown): Answer {
  const { run, batch, field, row } = completion
  const name = shape.typeNameOf(value, completion)
  if (!isPromise(name)) return begin(completion, shape.selectionOf(name, value, field), value)
  const answer: Answer = {}
  const alone = { sources: [value], answers: [answer], owners: [row], from: { batch, field } }
  completion.later(name, (settled) => {
    try {
      if (settled instanceof Failure) throw settled.reason
      return { ...alone, selection: shape.selectionOf(settled, value, field) }
    } catch (cause) {
      const unknown: Batch = { ...alone, selection: { type: field.parentType, fields: [] } }
      fail(run, { batch, row, field, indexes: placeOf(unknown, 0) ?? [] }, cause)
      nullify(run, unknown, 0)
      return null
    }
  })
  return answer
}

const nameOf = ({ parentType, definition }: Field): string =>
  `${parentType.name}.${definition.name}`
