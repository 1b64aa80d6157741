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
  const keys = keysOfRoot(field)
  if (keys.length > 0)
    return keys.map((fields) => ({
      root: field.name,
      document: keyedDocument(field, fields, selectionOf(type, steps, options)),
      key: { type: type.name, fields },
    }))
  const plain = (given: Given, below: number): Question => {
    const selection = isLeafType(type) ? '' : selectionOf(type, below, options)
    const written = options.write(query, field, given)
    return { root: field.name, document: `{ ${field.name}${written} ${selection} }`, key: null }
  }
  if (isGroups(type)) {
    // All groups by their sums, and a few with what hangs on them.
    return groupings(field).flatMap((by) => [
      plain({ groupBy: by, first: '1000', ...bucketOf(field) }, 0),
      ...(steps === 0 ? [] : [plain({ groupBy: by, first: groupRows, ...bucketOf(field) }, steps)]),
    ])
  }
  return [plain({ first: rootRows }, steps)]
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
