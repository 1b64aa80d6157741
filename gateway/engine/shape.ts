/**
 * The answer as a function of the raw data, made once for an operation: which fields, in which
 * order, under which names; nulls where a value is missing or wrong, moved up to where null may stand
 * (GraphQL spec, 6.4.4). A system is not believed: what does not fit the schema is an error.
 */
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  Kind,
  type FieldNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { hiddenField } from '../request/conditions.ts'
import { originalName } from '../request/response-names.ts'
import type { Denied } from '../request/denied.ts'
import { absent, errorsWithout } from './absent.ts'
import { leafCheck, type LeafCheck } from './leaves.ts'
import { report, type Problem } from './problems.ts'
import { isRaw, type Path, type Run } from './run.ts'
import { fieldsFor } from './selections.ts'
import type { TypeConditions } from './types.ts'

export type Data = Record<string, unknown>

export interface ShapeOptions {
  readonly operation: OperationDefinitionNode
  readonly schema: GraphQLSchema
  readonly types: TypeConditions
  /** Fields that are null because the caller may not read them. */
  readonly denied: readonly Denied[]
  /** Answers `__schema` and `__type`. */
  readonly introspect: (field: FieldNode, run: Run) => unknown
}

/** Shapes what a run has gathered; what is wrong with it is added to the run's errors. */
export type Shape = (run: Run) => Data | null

/** Stands for a null that an error has explained already. */
const failed = Symbol('failed')

interface Shaping {
  readonly run: Run
  /** Where it is, by raw names; only the first `depth` parts count. */
  readonly path: (string | number)[]
  readonly problems: Problem[]
  /** The places of what the caller's schema does not have. */
  readonly outside: Path[]
}

type Complete = (value: unknown, depth: number, shaping: Shaping) => unknown

export function compileShape(options: ShapeOptions): Shape {
  const root = options.schema.getRootType(options.operation.operation)
  if (!root) throw new TypeError('an operation without its root type')
  const complete = completeObject(root, [options.operation.selectionSet], { ...options, at: [] })
  return (run) => {
    const shaping: Shaping = { run, path: [], problems: [], outside: [] }
    const data = complete(run.data, 0, shaping)
    report(run, shaping.problems)
    if (shaping.outside.length > 0)
      run.errors.splice(0, Infinity, ...errorsWithout(shaping.outside, run.errors))
    return data === failed || data === absent ? null : (data as Data) // an object completes to an object
  }
}

interface Compiling extends ShapeOptions {
  /** The client's response names from the root. */
  readonly at: readonly string[]
}

function completeType(
  type: GraphQLOutputType,
  selectionSets: readonly SelectionSetNode[],
  compiling: Compiling,
): Complete {
  if (isNonNullType(type)) return nonNull(completeType(type.ofType, selectionSets, compiling))
  if (isListType(type)) {
    return completeList(itemOf(completeType(type.ofType, selectionSets, compiling), type.ofType))
  }
  if (isObjectType(type)) return completeObject(type, selectionSets, compiling)
  if (isAbstractType(type)) return completeAbstract(type.name, selectionSets, compiling)
  if (isScalarType(type) || isEnumType(type)) return completeLeaf(leafCheck(type))
  throw new TypeError(`${String(type)} is no type of an answer`)
}

/** At a place where null may stand, an explained null is a null, and so is what is not there. */
function valueOf(complete: Complete, type: GraphQLOutputType): Complete {
  if (isNonNullType(type)) return complete
  return (value, depth, shaping) => {
    const completed = complete(value, depth, shaping)
    if (completed === failed) return null
    return completed === absent ? leaveOut(shaping, depth) : completed
  }
}

/** An item that is not there has no place in its list. */
function itemOf(complete: Complete, type: GraphQLOutputType): Complete {
  if (isNonNullType(type)) return complete
  return (value, depth, shaping) => {
    const completed = complete(value, depth, shaping)
    return completed === failed ? null : completed
  }
}

function leaveOut({ path, outside }: Shaping, depth: number): null {
  outside.push(path.slice(0, depth))
  return null
}

const nonNull =
  (complete: Complete): Complete =>
  (value, depth, shaping) => {
    const completed = complete(value, depth, shaping)
    return completed === null
      ? problem(shaping, depth, 'A system left out a value that must be there.', true)
      : completed
  }

const completeLeaf =
  (check: (value: unknown) => unknown): Complete =>
  (value, depth, shaping) => {
    if (value === null) return null
    const checked = check(value)
    if (checked !== undefined) return checked
    return problem(shaping, depth, value === undefined ? leftOut : otherType)
  }

const otherType = 'A system answered a value of another type.'

const leftOut = 'A system left out a value that it was asked for.'

const completeList =
  (complete: Complete): Complete =>
  (value, depth, shaping) => {
    if (value === null) return null
    if (!Array.isArray(value)) {
      return notThere(shaping, depth, value, 'A system answered no list.')
    }
    // As long as every item is right as it came, so is the list.
    let items: unknown[] | null = null
    for (let index = 0; index < value.length; index += 1) {
      const came: unknown = value[index]
      shaping.path[depth] = index
      const item = complete(came, depth + 1, shaping)
      if (item === failed) return failed
      if (items === null && item !== came) items = value.slice(0, index)
      if (item === absent) leaveOut(shaping, depth + 1)
      else items?.push(item)
    }
    return items ?? value
  }

function completeAbstract(
  type: string,
  selectionSets: readonly SelectionSetNode[],
  compiling: Compiling,
): Complete {
  const { schema, types } = compiling
  const known = new Map<string, Complete | null>()
  const completeOf = (typename: string): Complete | null => {
    const said = schema.getType(typename)
    if (!types.meets(typename, type)) return null
    if (isObjectType(said)) return completeObject(said, selectionSets, compiling)
    // A system that has the interface as an object does not know more, and need not as long as
    // nothing depends on it.
    return isInterfaceType(said) && !selectionSets.some((each) => asksType(each, said, compiling))
      ? completeObject(said, selectionSets, compiling)
      : null
  }
  return (value, depth, shaping) => {
    if (value === null) return null
    if (!isRaw(value)) {
      return notThere(shaping, depth, value, 'A system answered no object.')
    }
    // Who knows only the interface need not say so.
    const typename = value['__typename'] ?? type
    if (typeof typename !== 'string') return problem(shaping, depth, otherType)
    let complete = known.get(typename)
    if (complete === undefined) {
      complete = completeOf(typename)
      known.set(typename, complete)
    }
    if (complete !== null) return complete(value, depth, shaping)
    const isOutside = schema.getType(typename) === undefined && types.meets(typename, type)
    return isOutside ? absent : problem(shaping, depth, otherType)
  }
}

/** Whether what is selected depends on the type behind the interface. */
function asksType(
  { selections }: SelectionSetNode,
  said: GraphQLInterfaceType,
  compiling: Compiling,
): boolean {
  const { types } = compiling
  return selections.some((selection) => {
    if (selection.kind === Kind.FIELD)
      return selection.name.value === '__typename' && selection.alias?.value !== hiddenField
    if (selection.kind !== Kind.INLINE_FRAGMENT) return false
    const condition = selection.typeCondition?.name.value
    return condition === undefined || types.meets(said.name, condition)
      ? asksType(selection.selectionSet, said, compiling)
      : true
  })
}

interface Field {
  /** Where its value is in the raw object. */
  readonly from: string
  /** What the client calls it. */
  readonly to: string
  readonly mayBeNull: boolean
  /** Of a leaf, so that most values need nothing else; what it does not take, `complete` explains. */
  readonly check: LeafCheck | undefined
  readonly complete: Complete
}

/** What the client gets in a place, whatever a system answered there. */
const fixed = (name: string, complete: Complete): Field => ({
  from: name,
  to: name,
  mayBeNull: false,
  check: undefined,
  complete,
})

function completeObject(
  type: GraphQLObjectType | GraphQLInterfaceType,
  selectionSets: readonly SelectionSetNode[],
  compiling: Compiling,
): Complete {
  const typename = type.name
  const { types } = compiling // all that is kept of it
  const fields = objectFields(type, selectionSets, compiling)
  // Under this name alone a client's value would become what the object inherits from.
  const empty: () => Data = fields.some(({ to }) => to === '__proto__')
    ? () => Object.create(null) as Data
    : () => ({})
  return (value, depth, shaping) => {
    if (value === null) return null
    if (!isRaw(value)) {
      return notThere(shaping, depth, value, 'A system answered no object.')
    }
    const said = value['__typename']
    if (said !== undefined && said !== typename && depth > 0 && !types.isAbstract(said)) {
      return problem(shaping, depth, otherType)
    }
    // What came is the answer as it is when it has the names that were asked for, in their order, and
    // every value is right: most objects of a long list are.
    let at = 0
    let isAsAsked = true
    let last: unknown
    for (const name in value) {
      const field = fields[at]
      isAsAsked = field !== undefined && field.from === name && field.to === name
      if (field === undefined || !isAsAsked) break
      const came = value[name]
      last = completeAt(field, came, depth, shaping)
      if (last === failed || last === absent) return last
      at += 1
      isAsAsked = last === came
      if (!isAsAsked) break
    }
    if (isAsAsked && at === fields.length) return value
    const shaped = empty()
    for (let index = 0; index < fields.length; index += 1) {
      const field = fields[index] as Field // the index is below the length
      let completed = last
      if (index < at - 1) completed = value[field.from]
      else if (index >= at) completed = completeAt(field, value[field.from], depth, shaping)
      if (completed === failed || completed === absent) return completed
      shaped[field.to] = completed
    }
    return shaped
  }
}

function completeAt(
  { from, mayBeNull, check, complete }: Field,
  came: unknown,
  depth: number,
  shaping: Shaping,
): unknown {
  if (came === null && mayBeNull) return null
  const checked = came === null ? undefined : check?.(came)
  if (checked !== undefined) return checked
  shaping.path[depth] = from
  return complete(came, depth + 1, shaping)
}

function objectFields(
  type: GraphQLObjectType | GraphQLInterfaceType,
  selectionSets: readonly SelectionSetNode[],
  compiling: Compiling,
): readonly Field[] {
  const fields: Field[] = []
  for (const [from, nodes] of fieldsFor(type.name, selectionSets, compiling.types)) {
    const [node] = nodes
    if (node === undefined || from === hiddenField) continue
    fields.push({ ...fieldOf(type, node, nodes, compiling), from, to: originalName(from) })
  }
  const names = new Set(fields.map(({ to }) => to))
  for (const name of deniedAt(type.name, compiling)) {
    if (!names.has(name)) fields.push(fixed(name, () => null))
  }
  return fields
}

function fieldOf(
  type: GraphQLObjectType | GraphQLInterfaceType,
  node: FieldNode,
  nodes: readonly FieldNode[],
  compiling: Compiling,
): Field {
  const name = node.name.value
  if (name === '__typename') return fixed(name, () => type.name)
  if (name === '__schema' || name === '__type') {
    return fixed(name, (_value, _depth, { run }) => compiling.introspect(node, run))
  }
  const definition = type.getFields()[name]
  if (definition === undefined) throw new TypeError(`${type.name} has no field ${name}`)
  const inner = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
  const at = [...compiling.at, originalName((node.alias ?? node.name).value)]
  const nullable = getNullableType(definition.type)
  const complete = (): Complete =>
    valueOf(completeType(definition.type, inner, { ...compiling, at }), definition.type)
  return {
    from: name,
    to: name,
    mayBeNull: nullable === definition.type,
    check: isLeafType(nullable) ? leafCheck(nullable) : undefined,
    complete: isLeafType(getNamedType(nullable)) ? leafOf(definition.type, complete) : complete(),
  }
}

/** What becomes of a leaf depends on its type alone, so all the programs share it. */
function leafOf(type: GraphQLOutputType, make: () => Complete): Complete {
  const known = completedLeaves.get(type)
  if (known !== undefined) return known
  const made = make()
  completedLeaves.set(type, made)
  return made
}

const completedLeaves = new WeakMap<GraphQLOutputType, Complete>()

/** The names of the denied fields of a value of that type at this place. */
const deniedAt = (typename: string, { denied, at }: Compiling): readonly string[] =>
  denied.flatMap(({ path, types, isField }) => {
    const name = path.at(-1)
    const isHere =
      isField &&
      name !== undefined &&
      path.length === at.length + 1 &&
      at.every((part, index) => path[index] === part) &&
      (types === null || types.includes(typename))
    return isHere ? [name] : []
  })

function problem(
  { path, problems }: Shaping,
  depth: number,
  message: string,
  isNull = false,
): typeof failed {
  problems.push({ path: path.slice(0, depth), message, isNull })
  return failed
}

/** Where an object or a list was to be; one that is left out may be the null that an error below it made. */
const notThere = (
  shaping: Shaping,
  depth: number,
  value: unknown,
  message: string,
): typeof failed =>
  problem(shaping, depth, value === undefined ? leftOut : message, value === undefined)
