/**
 * Questions for paths of three fields: one for each field below the first, so that what a changed column
 * cannot reach is not asked again. What hangs on a row does not depend on the root that found it, so each is
 * asked of the first root that was answered a row by it. `questionsOf` asks all roots, with paths of two.
 */
import {
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  type GraphQLObjectType,
} from 'graphql'
import { byOf, rootQuestion, waysOf, type Question, type Way } from '../row-matrix/questions.ts'
import { selectionOf, type SelectionOptions } from '../row-matrix/selection.ts'
import { fieldsOf, isConnection, isGroups, isValue, type Field } from '../row-matrix/shapes.ts'

export interface DeepQuestions {
  /** One for each field that leads to rows. */
  readonly questions: readonly Question[]
  /** Fields below which nothing is asked: no root was answered a row by them. */
  readonly unreached: readonly string[]
}

/** `isAnswered`: whether paths of two fields got a value there, of a root asked by this. */
export function deepQuestions(
  query: GraphQLObjectType,
  isAnswered: (path: string, by: string) => boolean,
  options: SelectionOptions,
): DeepQuestions {
  const found = new Map<string, Question | null>()
  const add = (root: Field, way: Way, type: GraphQLObjectType, field: Field): void => {
    const part = `${type.name}.${field.name}`
    if ((found.get(part) ?? null) !== null) return
    const path = [root.name, ...partOf(root), field.name, ...partOf(field)].join('.')
    const below = selectionOf(getNamedType(field.type), 1, options)
    const selection = within(root, type, `${field.name}${options.write(type, field)} ${below}`)
    const question = rootQuestion(query, root, { part, way, selection, write: options.write })
    found.set(part, isAnswered(path, byOf(way)) ? question : null)
  }
  for (const root of fieldsOf(query).filter(({ name }) => !options.without.has(`Query.${name}`)))
    for (const way of waysOf(root))
      for (const type of rowTypes(root, options))
        for (const field of fieldsWithFields(type, options)) add(root, way, type, field)
  return {
    questions: [...found.values()].filter((question) => question !== null),
    unreached: [...found].flatMap(([part, question]) => (question === null ? [part] : [])),
  }
}

/** The types that rows of a root can be of. */
function rowTypes(root: Field, { schema }: SelectionOptions): readonly GraphQLObjectType[] {
  const type = rowsOf(root)
  if (isAbstractType(type)) return schema.getPossibleTypes(type)
  return isObjectType(type) && !isValue(type) ? [type] : []
}

function rowsOf(field: Field) {
  const type = getNamedType(field.type)
  const [part] = partOf(field)
  return isObjectType(type) && part !== undefined
    ? getNamedType(type.getFields()[part]?.type ?? type)
    : type
}

/** Where the rows of a field are, when they are not its value. */
function partOf({ type }: Field): readonly string[] {
  const named = getNamedType(type)
  return isConnection(named) ? ['nodes'] : isGroups(named) ? ['rows'] : []
}

const fieldsWithFields = (
  type: GraphQLObjectType,
  { without }: SelectionOptions,
): readonly Field[] =>
  fieldsOf(type).filter((field) => {
    const inner = getNamedType(field.type)
    return !without.has(`${type.name}.${field.name}`) && !isLeafType(inner) && !isValue(inner)
  })

/** What is selected of a row, as it stands below its root. */
function within(root: Field, type: GraphQLObjectType, selected: string): string {
  const ofRow = isAbstractType(rowsOf(root)) ? `... on ${type.name} { ${selected} }` : selected
  return partOf(root).reduce((inner, part) => `{ ${part} ${inner} }`, `{ ${ofRow} }`)
}
