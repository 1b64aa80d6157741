/**
 * What each system really answered, in points, counted where its answers come in: before they are put
 * into one tree, and with the keys and lookups of the gateway's own. Only who asks for it pays for it.
 */
import {
  Kind,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
} from 'graphql'
import { isObject } from '#shared/json.ts'
import type { Source, SourceRequest } from '../sources/source.ts'
import type { CostIndex } from '../supergraph/cost-index.ts'
import { actualSelected, compileCost } from './cost.ts'
import { compileSelections } from './cost-tree.ts'

export interface SystemMeter {
  /** The same systems, counted. */
  readonly sources: ReadonlyMap<string, Source>
  /** Points by system so far; one that was not asked is not among them. */
  actual(): Readonly<Record<string, number>>
}

export interface MeterOptions {
  readonly supergraphSchema: GraphQLSchema
  readonly costs: CostIndex
}

export function meterSystems(
  sources: ReadonlyMap<string, Source>,
  options: MeterOptions,
): SystemMeter {
  const points: Record<string, number> = {}
  const metered = (name: string, source: Source): Source => ({
    name: source.name,
    send: async (request) => {
      points[name] ??= 0
      const answer = await source.send(request)
      points[name] += actualCost(request, answer.data, options)
      return answer
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  })
  return {
    sources: new Map([...sources].map(([name, source]) => [name, metered(name, source)])),
    actual: () => points,
  }
}

/** What failed cost nothing. */
function actualCost(
  { document, variables }: SourceRequest,
  data: unknown,
  options: MeterOptions,
): number {
  const operation = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION)
  if (operation === undefined || !isObject(data)) return 0
  const { supergraphSchema: schema, costs } = options
  const asked = entitiesAsked(operation)
  if (asked.length === 0) return compileCost(operation, { schema, costs }).actual(data, variables)
  return asked.reduce((sum, { name, fragments }) => {
    const entities: unknown = data[name]
    if (!Array.isArray(entities)) return sum
    const costOf = fragments.flatMap(({ condition, selectionSet }) => {
      const type = compositeType(schema, condition)
      if (type === undefined) return []
      const selected = compileSelections(selectionSet, type, { schema, costs })
      return [(entity: unknown) => actualSelected(selected, entity, variables)]
    })
    // A fragment of another type has nothing in it.
    return entities.reduce(
      (all: number, entity: unknown) =>
        entity === null ? all : all + 1 + Math.max(0, ...costOf.map((cost) => cost(entity))),
      sum,
    )
  }, 0)
}

export interface AskedEntities {
  /** As the answer has it: several may stand in one request. */
  readonly name: string
  readonly fragments: readonly {
    readonly condition: string
    readonly selectionSet: InlineFragmentNode['selectionSet']
  }[]
}

/** Each `_entities` of a planned operation with the fragments in it. */
export const entitiesAsked = ({
  selectionSet,
}: OperationDefinitionNode): readonly AskedEntities[] =>
  selectionSet.selections.flatMap((root) =>
    root.kind === Kind.FIELD && root.name.value === '_entities'
      ? {
          name: root.alias?.value ?? root.name.value,
          fragments: (root.selectionSet?.selections ?? []).flatMap((each) =>
            each.kind === Kind.INLINE_FRAGMENT && each.typeCondition !== undefined
              ? { condition: each.typeCondition.name.value, selectionSet: each.selectionSet }
              : [],
          ),
        }
      : [],
  )

/** The type that a fragment is about, when it has fields. */
export function compositeType(schema: GraphQLSchema, name: string) {
  const type = schema.getType(name)
  return type !== undefined && 'getFields' in type && 'isTypeOf' in type ? type : undefined
}
