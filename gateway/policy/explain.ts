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
import type { Generation } from '../supergraph/generation.ts'

export interface Caller {
  readonly subject: string
  readonly audience: Audience
  readonly scopes: readonly string[]
  /** Null: all rows. */
  readonly rows: RowLimit | null
}

export interface Refused {
  readonly coordinate: string
  /** One of these lists must be held whole. */
  readonly needs: readonly (readonly string[])[]
}

export interface Explanation extends Caller {
  /** `Type.field`, in the order of their names. */
  readonly readable: readonly string[]
  /** Fields that could be reached but for a scope. */
  readonly refused: readonly Refused[]
}

export function explain(caller: Caller, generation: Generation): Explanation {
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
    const denied = new Set(
      deniedAt(place, selections, generation, asking).map(({ coordinate }) => coordinate),
    )
    for (const field of fields) {
      const coordinate = `${type.name}.${field.name}`
      const to = getNamedType(field.type)
      if (denied.has(coordinate)) {
        refused.set(coordinate, { coordinate, needs: needsOf(coordinate, to.name, generation) })
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
  generation: Generation,
): readonly (Refused & { readonly path: string })[] {
  const { document } = parseDocument(text, generation.apiSchema, openLimits)
  const allowed = authorise(
    document,
    operationOf(document, undefined),
    generation,
    askingAs(caller, generation),
  )
  return allowed.denied.map(({ path, coordinate, isField }) => ({
    path: path.join('.'),
    coordinate,
    needs: needsOf(coordinate, isField ? typeOf(coordinate, generation) : null, generation),
  }))
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

function typeOf(coordinate: string, { apiSchema }: Generation): string | null {
  const [name = '', field = ''] = coordinate.split('.')
  const type = apiSchema.getType(name)
  if (!(type instanceof GraphQLObjectType || type instanceof GraphQLInterfaceType)) return null
  const found = type.getFields()[field]
  return found === undefined ? null : getNamedType(found.type).name
}

/** Of the field, of its type, and of what it answers. */
function needsOf(
  coordinate: string,
  answered: string | null,
  { policies }: Generation,
): readonly (readonly string[])[] {
  const [type = ''] = coordinate.split('.')
  return [type, coordinate, answered ?? ''].flatMap((each) =>
    (policies.requirements.get(each) ?? []).flatMap(({ grants }) => grants),
  )
}
