/**
 * The questions of the row matrix: every root field with every way to give it what it needs, and below
 * it every path of at most three fields. Made from the API schema: what enters it is asked by itself.
 */
import {
  getNamedType,
  isEnumType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  type GraphQLObjectType,
} from 'graphql'
import { selectionOf, type Given, type SelectionOptions } from './selection.ts'
import { bucketOf, fieldsOf, isConnection, isGroups, isList, type Field } from './shapes.ts'

/** Rows of a list below which everything is looked at. */
const rootRows = '10'
/** More than there are currencies: those without a value of the dimension may come first, in each. */
const groupRows = '6'

export interface Question {
  readonly root: string
  readonly document: string
  /** The fields of the key, or what is grouped by; empty for a list. */
  readonly by: string
  /** What is asked of the root, in a word: the document has it whole. */
  readonly part: string
  /** The key by which the root finds one row, to be filled with keys of rows. */
  readonly key: { readonly type: string; readonly fields: readonly string[] } | null
}

/** `pathLength` is the most fields of a path, its root included. */
export function questionsOf(
  query: GraphQLObjectType,
  pathLength: number,
  options: SelectionOptions,
): readonly Question[] {
  return fieldsOf(query)
    .filter(({ name }) => !options.without.has(`Query.${name}`))
    .flatMap((field) => rootQuestions(query, field, pathLength - 1, options))
}

function rootQuestions(
  query: GraphQLObjectType,
  field: Field,
  steps: number,
  options: SelectionOptions,
): readonly Question[] {
  const type = getNamedType(field.type)
  return waysOf(field).flatMap((way) => {
    const ask = (given: Given, below: number, part: string) =>
      rootQuestion(query, field, {
        part,
        way: { ...way, given: { ...way.given, ...given } },
        selection: isLeafType(type) ? '' : selectionOf(type, below, options),
        write: options.write,
      })
    if (!isGroups(type)) return [ask({}, steps, 'rows')]
    // All groups by their sums, and a few with what hangs on them.
    return [ask({ first: '1000' }, 0, 'sums'), ...(steps === 0 ? [] : [ask({}, steps, 'rows')])]
  })
}

/** How a root is asked: for the row of a key, which comes in variables, or with what is given. */
export interface Way {
  readonly key: readonly string[] | null
  readonly given: Given
}

export const byOf = ({ key, given: { groupBy = '' } }: Way): string => key?.join(' ') ?? groupBy

/** By each key that it has; otherwise grouped by nothing and by each dimension, or for its first rows. */
export function waysOf(field: Field): readonly Way[] {
  const keys = keysOfRoot(field)
  if (keys.length > 0) return keys.map((key) => ({ key, given: {} }))
  if (!isGroups(getNamedType(field.type))) return [{ key: null, given: { first: rootRows } }]
  return groupings(field).map((groupBy) => ({
    key: null,
    given: { groupBy, first: groupRows, ...bucketOf(field) },
  }))
}

/** A root asked in a way for a selection. */
export function rootQuestion(
  query: GraphQLObjectType,
  field: Field,
  asked: {
    readonly part: string
    readonly way: Way
    readonly selection: string
    readonly write: SelectionOptions['write']
  },
): Question {
  const { part, way, selection, write } = asked
  const root = field.name
  const by = byOf(way)
  if (way.key === null) {
    const written = write(query, field, way.given)
    return { root, by, part, document: `{ ${root}${written} ${selection} }`, key: null }
  }
  return {
    root,
    by,
    part,
    document: keyedDocument(field, way.key, selection),
    key: { type: getNamedType(field.type).name, fields: way.key },
  }
}

/** Sets of arguments that are a key: those that must be given together, or each that may be. */
export function keysOfRoot(field: Field): readonly (readonly string[])[] {
  const type = getNamedType(field.type)
  const isRow = isObjectType(type) && ![isConnection, isGroups].some((is) => is(type))
  if (!isRow || isList(field.type)) return []
  const names = field.args.map(({ name }) => name)
  if (names.some((name) => !(name in type.getFields()))) return []
  const required = field.args.filter(isRequiredArgument).map(({ name }) => name)
  return required.length > 0 ? [required] : names.map((name) => [name])
}

/** Asks a root for one row; its key comes in variables of the same names. */
export function keyedDocument(field: Field, key: readonly string[], selection: string): string {
  const types = new Map(field.args.map((argument) => [argument.name, String(argument.type)]))
  const declared = key.map((name) => `$${name}: ${types.get(name)}`).join(', ')
  const given = key.map((name) => `${name}: $${name}`).join(', ')
  return `query (${declared}) { ${field.name}(${given}) ${selection} }`
}

/** Nothing, and each dimension alone. */
function groupings({ name, args }: Field): readonly string[] {
  const dimension = getNamedType(args.find((each) => each.name === 'groupBy')?.type)
  if (!isEnumType(dimension)) throw new Error(`${name} has groups, but no groupBy of an enum`)
  return ['[]', ...dimension.getValues().map((value) => `[${value.name}]`)]
}
