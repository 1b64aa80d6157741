/**
 * What somebody may read, said in full: every coordinate that they can reach, what is refused and
 * which scopes it needs, and what a row rule shows. Asks the same `authorise` as every question, so it
 * cannot say anything else than what is enforced.
 */
import {
  getNamedType,
  GraphQLInterfaceType,
  GraphQLObjectType,
  isAbstractType,
  isCompositeType,
  Kind,
  OperationTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql'
import { nobody, type Audience, type RowLimit } from '#shared/principal.ts'
import { grantsOf } from '#shared/rules/requirements.ts'
import { authorise, type Caller as Asking } from '../request/authorise.ts'
import { openLimits } from '../limits/limits.ts'
import { operationOf, parseDocument } from '../request/receive.ts'
import { missingScopes, type Alternatives } from '../request/missing-scopes.ts'
import { contractOf } from '../supergraph/contracts.ts'
import { isInSchema } from '../supergraph/coordinates.ts'
import type { Generation } from '../supergraph/generation.ts'

export interface Caller {
  readonly subject: string
  readonly audience: Audience
  /** Of a partner's file. */
  readonly excludedTags?: readonly string[]
  readonly scopes: readonly string[]
  /** Null: all rows. */
  readonly rows: RowLimit | null
}

export interface Refused {
  readonly coordinate: string
  /** The scopes that are missing; none where no scope opens it. */
  readonly needs: Alternatives
}

export interface Explanation extends Caller {
  /** `Type.field`, in the order of their names. */
  readonly readable: readonly string[]
  /** Fields that could be reached but for a scope. */
  readonly refused: readonly Refused[]
}

export function explain(caller: Caller, whole: Generation): Explanation {
  const generation = contractOf(whole, caller.audience, caller.excludedTags)
  const asking = askingAs(caller, generation)
  const readable = new Set<string>()
  const refused = new Map<string, Refused>()
  const seen = new Set<string>()
  const { apiSchema } = generation
  const queue: { type: GraphQLCompositeType; place: Place }[] = operations.flatMap((operation) => {
    const type = apiSchema.getRootType(operation)
    return type ? [{ type, place: { operation, steps: [] } }] : []
  })
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { type, place } = next
    if (seen.has(type.name)) continue
    seen.add(type.name)
    const fields =
      type instanceof GraphQLObjectType || type instanceof GraphQLInterfaceType
        ? Object.values(type.getFields())
        : []
    const selections = fields.map(({ name }) => fieldNode(name))
    const denied = new Map(
      deniedAt(place, selections, generation, asking).map((each) => [each.coordinate, each]),
    )
    for (const field of fields) {
      const coordinate = `${type.name}.${field.name}`
      const to = getNamedType(field.type)
      const found = denied.get(coordinate)
      if (found !== undefined) {
        refused.set(coordinate, {
          coordinate,
          needs: missingScopes(found, generation, asking.held),
        })
        continue
      }
      readable.add(coordinate)
      if (isCompositeType(to))
        queue.push({
          type: to,
          place: { ...place, steps: [...place.steps, fieldNode(field.name)] },
        })
    }
    for (const behind of isAbstractType(type) ? apiSchema.getPossibleTypes(type) : []) {
      if (denied.has(behind.name)) continue
      queue.push({ type: behind, place: { ...place, steps: [...place.steps, on(behind.name)] } })
    }
  }
  return {
    ...caller,
    readable: [...readable].toSorted(),
    refused: [...refused.values()].toSorted((a, b) => (a.coordinate < b.coordinate ? -1 : 1)),
  }
}

/** Without a request there are no variables that could ask with something protected. */
const askingAs = (caller: Caller, { policies }: Generation): Asking => ({
  held: grantsOf({ ...nobody, ...caller }, policies.policies),
  asks: new Map(),
})

const operations = [OperationTypeNode.QUERY, OperationTypeNode.MUTATION]

/** What of one operation would be refused. */
export function explainOperation(
  text: string,
  caller: Caller,
  whole: Generation,
): readonly (Refused & { readonly path: string })[] {
  const { document } = parseDocument(text, {
    schema: whole.apiSchema,
    limits: openLimits,
    hideSuggestions: false,
  })
  const outside = outsideOf(
    contractOf(whole, caller.audience, caller.excludedTags),
    document,
    whole,
  )
  const asking = askingAs(caller, whole)
  const { denied } = authorise(document, operationOf(document, undefined), whole, asking)
  const isOutside = new Set(outside.map(({ coordinate }) => coordinate))
  return [
    ...outside,
    ...denied
      .filter(({ coordinate }) => !isOutside.has(coordinate))
      .map((each) => ({
        path: each.path.join('.'),
        coordinate: each.coordinate,
        needs: missingScopes(each, whole, asking.held),
      })),
  ]
}

/** What no scope opens: what is selected, and asked with, that the contract does not have. */
function outsideOf(
  contract: Generation,
  document: DocumentNode,
  { apiSchema }: Generation,
): readonly (Refused & { readonly path: string })[] {
  const found: (Refused & { readonly path: string })[] = []
  const path: string[] = []
  const types = new TypeInfo(apiSchema)
  const look = (coordinate: string) => {
    if (!isInSchema(contract.apiSchema, coordinate))
      found.push({ path: path.join('.'), coordinate, needs: [] })
  }
  const parent = () => types.getParentType()?.name ?? ''
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: {
        enter: ({ name, alias }) => {
          path.push((alias ?? name).value)
          if (!name.value.startsWith('__')) look(`${parent()}.${name.value}`)
        },
        leave: () => {
          path.pop()
        },
      },
      Argument: ({ name }) => {
        const field = types.getFieldDef()
        if (field && !types.getDirective()) look(`${parent()}.${field.name}(${name.value}:)`)
      },
      ObjectField: ({ name }) => {
        const input = getNamedType(types.getParentInputType())
        if (input) look(`${input.name}.${name.value}`)
      },
      EnumValue: ({ value }) => {
        const input = getNamedType(types.getInputType())
        if (input) look(`${input.name}.${value}`)
      },
      NamedType: ({ name }) => look(name.value),
    }),
  )
  return found
}

/** What one may read and the other may not. */
export const difference = (one: Explanation, other: Explanation) => {
  const [first, second] = [new Set(one.readable), new Set(other.readable)]
  return { only: [...first.difference(second)], onlyOther: [...second.difference(first)] }
}

/** The way from a root to a type: fields and fragments. */
interface Place {
  readonly operation: OperationTypeNode
  readonly steps: readonly SelectionNode[]
}

function deniedAt(
  { operation, steps }: Place,
  selections: readonly SelectionNode[],
  generation: Generation,
  asking: Asking,
) {
  const selected = steps.reduceRight<readonly SelectionNode[]>(
    (inner, step) => [
      { ...step, selectionSet: { kind: Kind.SELECTION_SET, selections: inner } } as SelectionNode, // no spread is among them
    ],
    selections,
  )
  const asked: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation,
    selectionSet: { kind: Kind.SELECTION_SET, selections: selected },
  }
  return authorise({ kind: Kind.DOCUMENT, definitions: [asked] }, asked, generation, asking).denied
}

const fieldNode = (name: string): FieldNode => ({
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: name },
})

const on = (name: string): SelectionNode => ({
  kind: Kind.INLINE_FRAGMENT,
  typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } },
  selectionSet: { kind: Kind.SELECTION_SET, selections: [] },
})
