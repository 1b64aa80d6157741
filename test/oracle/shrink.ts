/**
 * Smaller cases: one question, then a part taken out of the question, the schemas or the data. A
 * candidate need not be valid; who runs it finds out.
 */
import {
  Kind,
  parse,
  print,
  visit,
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  type SelectionNode,
} from 'graphql'
import type { Case, Data, Question, Stored, StoredObject, Subgraphs } from './case.ts'
import { catalogue } from './catalogue.ts'
import { repaired } from './repair.ts'

type Candidates = Iterable<Case>

/** Candidates from number `start` on, then those before it. */
export function* smaller(
  given: Case,
  start: number,
): Iterable<{ readonly candidate: Case; readonly at: number }> {
  const before: { candidate: Case; at: number }[] = []
  let at = 0
  for (const candidate of candidatesOf(given)) {
    if (at < start) before.push({ candidate, at })
    else yield { candidate, at }
    at += 1
  }
  yield* before
}

function* candidatesOf(given: Case): Candidates {
  const [question, ...others] = given.questions
  if (question === undefined) return
  if (others.length > 0) {
    // The faults of a case with several questions are looked at one by one.
    for (const one of given.questions) yield { ...given, questions: [one] }
    return
  }
  if (question.failure !== null) yield withQuestion(given, { ...question, failure: null })
  yield* smallerOperations(given, question)
  yield* withoutSubgraphs(given)
  yield* smallerSchemas(given)
  yield* smallerOperationDetails(given, question)
  yield* smallerData(given)
}

const withQuestion = (given: Case, question: Question): Case => ({
  ...given,
  questions: [question],
})

const isNode = (each: ASTNode | readonly ASTNode[] | undefined): each is ASTNode =>
  each !== undefined && !Array.isArray(each)

/** Documents with one node less; `edits` says what may go. */
function* withoutNodes(
  document: DocumentNode,
  canGo: (node: ASTNode, parent: ASTNode | undefined) => boolean,
): Iterable<DocumentNode> {
  const gone: ASTNode[] = []
  visit(document, {
    enter(node, _key, direct, _path, ancestors) {
      // What stands in a list has the list as its parent, and the node above as an ancestor.
      const parent = [...ancestors, direct].findLast(isNode)
      if (canGo(node, parent)) gone.push(node)
    },
  })
  for (const one of gone) {
    yield visit(document, { enter: (node) => (node === one ? null : undefined) })
  }
}

function* documentsOf(
  given: Case,
  question: Question,
  documents: Iterable<DocumentNode>,
): Candidates {
  for (const document of documents) {
    const tidy = withoutUnused(document)
    if (tidy === null) continue
    const names = new Set(
      tidy.definitions.flatMap((each) =>
        each.kind === Kind.OPERATION_DEFINITION
          ? (each.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
          : [],
      ),
    )
    const variables = Object.fromEntries(
      Object.entries(question.variables).filter(([name]) => names.has(name)),
    )
    yield withQuestion(given, { ...question, operation: print(tidy), variables })
  }
}

function* smallerOperations(given: Case, question: Question): Candidates {
  const document = parse(question.operation, { noLocation: true })
  yield* documentsOf(
    given,
    question,
    withoutNodes(
      document,
      ({ kind }, parent) =>
        (kind === Kind.FIELD || kind === Kind.INLINE_FRAGMENT || kind === Kind.FRAGMENT_SPREAD) &&
        parent?.kind === Kind.SELECTION_SET &&
        parent.selections.length > 1,
    ),
  )
  yield* documentsOf(given, question, inlined(document))
}

/** Fragments written out, in the place where they stand. */
function* inlined(document: DocumentNode): Iterable<DocumentNode> {
  const fragments = new Map(
    document.definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  )
  const spreads: SelectionNode[] = []
  visit(document, {
    FragmentSpread: (node) => {
      spreads.push(node)
    },
    InlineFragment: (node) => {
      spreads.push(node)
    },
  })
  for (const spread of spreads) {
    yield visit(document, {
      SelectionSet(set) {
        const at = set.selections.indexOf(spread)
        if (at < 0) return undefined
        const inner =
          spread.kind === Kind.INLINE_FRAGMENT
            ? spread.selectionSet.selections
            : spread.kind === Kind.FRAGMENT_SPREAD
              ? asInline(fragments.get(spread.name.value))
              : []
        return {
          ...set,
          selections: [...set.selections.slice(0, at), ...inner, ...set.selections.slice(at + 1)],
        }
      },
    })
  }
}

const asInline = (
  fragment:
    Extract<DocumentNode['definitions'][number], { kind: Kind.FRAGMENT_DEFINITION }> | undefined,
): readonly SelectionNode[] =>
  fragment === undefined
    ? []
    : [
        {
          kind: Kind.INLINE_FRAGMENT,
          typeCondition: fragment.typeCondition,
          selectionSet: fragment.selectionSet,
        },
      ]

function* smallerOperationDetails(given: Case, question: Question): Candidates {
  const document = parse(question.operation, { noLocation: true })
  yield* documentsOf(
    given,
    question,
    withoutNodes(document, ({ kind }) => kind === Kind.DIRECTIVE || kind === Kind.ARGUMENT),
  )
  yield* documentsOf(given, question, unaliased(document))
}

function* unaliased(document: DocumentNode): Iterable<DocumentNode> {
  const aliased: FieldNode[] = []
  visit(document, {
    Field(node) {
      if (node.alias !== undefined) aliased.push(node)
    },
  })
  for (const field of aliased) {
    const { alias: _, ...plain } = field
    yield visit(document, { Field: (node) => (node === field ? plain : undefined) })
  }
}

/** Without fragments and variables that nothing uses; null when nothing is left. */
function withoutUnused(document: DocumentNode): DocumentNode | null {
  const spreads = new Set<string>()
  const used = new Set<string>()
  visit(document, {
    VariableDefinition: () => false,
    FragmentSpread: ({ name }) => {
      spreads.add(name.value)
    },
    Variable: ({ name }) => {
      used.add(name.value)
    },
  })
  const left = document.definitions.filter(
    (each) => each.kind !== Kind.FRAGMENT_DEFINITION || spreads.has(each.name.value),
  )
  if (left.length === 0) return null
  const tidy = visit(
    { ...document, definitions: left },
    {
      VariableDefinition: (node) => (used.has(node.variable.name.value) ? undefined : null),
    },
  )
  return left.length === document.definitions.length ? tidy : withoutUnused(tidy)
}

function* withoutSubgraphs(given: Case): Candidates {
  const names = Object.keys(given.subgraphs)
  for (const gone of names) {
    yield {
      ...given,
      subgraphs: repaired(
        Object.fromEntries(Object.entries(given.subgraphs).filter(([name]) => name !== gone)),
      ),
    }
  }
}

/** What may go from a schema whatever stands around it. */
const removable: ReadonlySet<Kind> = new Set([
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.UNION_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
  Kind.INPUT_OBJECT_TYPE_DEFINITION,
  Kind.FIELD_DEFINITION,
  Kind.INPUT_VALUE_DEFINITION,
])

function* smallerSchemas(given: Case): Candidates {
  const documents = new Map(
    Object.entries(given.subgraphs).map(([name, sdl]) => [name, parse(sdl, { noLocation: true })]),
  )
  const replaced = (name: string, document: DocumentNode): Case => ({
    ...given,
    subgraphs: repaired({ ...given.subgraphs, [name]: print(document) }),
  })
  // Whole types everywhere, then fields everywhere, then single nodes.
  for (const type of new Set([...documents.values()].flatMap(typeNames))) {
    yield { ...given, subgraphs: printed(documents, (each) => withoutType(each, type)) }
  }
  for (const coordinate of new Set([...documents.values()].flatMap(coordinates))) {
    yield { ...given, subgraphs: printed(documents, (each) => withoutField(each, coordinate)) }
  }
  for (const [name, document] of documents) {
    const pieces = withoutNodes(
      document,
      ({ kind }, parent) =>
        removable.has(kind) ||
        (kind === Kind.DIRECTIVE && parent?.kind !== Kind.SCHEMA_EXTENSION) ||
        (kind === Kind.NAMED_TYPE &&
          (parent?.kind === Kind.UNION_TYPE_DEFINITION ||
            parent?.kind === Kind.OBJECT_TYPE_DEFINITION)),
    )
    for (const piece of pieces) yield replaced(name, piece)
  }
}

const printed = (
  documents: ReadonlyMap<string, DocumentNode>,
  edit: (document: DocumentNode) => DocumentNode,
): Subgraphs =>
  repaired(
    Object.fromEntries([...documents].map(([name, document]) => [name, print(edit(document))])),
  )

const typeNames = (document: DocumentNode): readonly string[] =>
  document.definitions.flatMap((each) =>
    'name' in each && each.name !== undefined && each.name.value !== 'Query'
      ? [each.name.value]
      : [],
  )

const coordinates = (document: DocumentNode): readonly string[] =>
  document.definitions.flatMap((each) =>
    each.kind === Kind.OBJECT_TYPE_DEFINITION || each.kind === Kind.INTERFACE_TYPE_DEFINITION
      ? (each.fields ?? []).map(({ name }) => `${each.name.value}.${name.value}`)
      : [],
  )

/** Without the type and every field that returns it. */
const withoutType = (document: DocumentNode, type: string): DocumentNode =>
  visit(document, {
    enter(node, _key, parent) {
      if ('name' in node && node.name?.value === type && node.kind.endsWith('Definition'))
        return null
      if (node.kind === Kind.FIELD_DEFINITION && print(node.type).match(/\w+/)?.[0] === type)
        return null
      const isMember =
        node.kind === Kind.NAMED_TYPE && node.name.value === type && Array.isArray(parent)
      return isMember ? null : undefined
    },
  })

const withoutField = (document: DocumentNode, coordinate: string): DocumentNode =>
  visit(document, {
    enter(node) {
      if (
        node.kind !== Kind.OBJECT_TYPE_DEFINITION &&
        node.kind !== Kind.INTERFACE_TYPE_DEFINITION
      ) {
        return undefined
      }
      const fields = node.fields?.filter(
        ({ name }) => `${node.name.value}.${name.value}` !== coordinate,
      )
      if (fields?.length === node.fields?.length) return false
      return fields?.length === 0 ? null : { ...node, fields: fields ?? [] }
    },
  })

function* smallerData(given: Case): Candidates {
  const tidy = neededData(given)
  if (tidy !== given.data) yield { ...given, data: tidy }
  for (const [name, object] of Object.entries(given.data)) {
    for (const [field, value] of Object.entries(object.fields)) {
      for (const less of lessOf(value)) {
        const fields = { ...object.fields, [field]: less }
        yield { ...given, data: { ...given.data, [name]: { ...object, fields } } }
      }
    }
  }
}

/** Objects that the root reaches, with the fields that the schemas know. */
function neededData({ data, subgraphs }: Case): Data {
  const known = catalogue(subgraphs)
  const needed: Record<string, StoredObject> = {}
  const visitObject = (name: string): void => {
    const object = data[name]
    if (object === undefined || name in needed) return
    const fields = known.fieldsOf(object.type)
    const kept = Object.entries(object.fields).filter(([field]) => fields.has(field))
    needed[name] = { ...object, fields: Object.fromEntries(kept) }
    for (const [, value] of kept) refsIn(value).forEach(visitObject)
  }
  visitObject('Query')
  return JSON.stringify(needed) === JSON.stringify(data) ? data : needed
}

function refsIn(value: Stored): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Stored[]).flatMap(refsIn)
  if (typeof value !== 'object' || value === null) return []
  if ('ref' in value) return [value.ref]
  return 'any' in value ? value.any.flatMap(refsIn) : []
}

function* lessOf(value: Stored): Iterable<Stored> {
  if (Array.isArray(value)) {
    const list = value as readonly Stored[]
    for (const at of list.keys()) yield list.toSpliced(at, 1)
    return
  }
  if (typeof value === 'object' && value !== null && 'any' in value && value.any.length > 1) {
    yield { any: value.any.slice(0, 1) }
  }
}
