/**
 * Contracts: the API schema as an audience of partners sees it, by `@tag` in the systems' schemas. What
 * is tagged `internal` is for employees only; what is tagged with audiences is for these; all else is
 * for everybody. A partner's own file may exclude further tags. An input that tells a hidden field is hidden with it. Questions, introspection and
 * suggestions know this schema only, so what is outside of it is like what does not exist.
 */
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
  printSchema,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'
import type { Audience } from '#shared/principal.ts'
import { meets } from '#shared/rules/requirements.ts'
import { isInSchema } from './coordinates.ts'
import { filteredSchema, type IsHidden } from './filtered-schema.ts'
import { generationId, type Generation } from './generation.ts'

/** The tag of what no audience of partners sees. */
const internal = 'internal'

const tagOf: Readonly<Record<Exclude<Audience, 'EMPLOYEE'>, string>> = {
  CUSTOMER: 'customer',
  SUPPLIER: 'supplier',
  DISTRIBUTOR: 'distributor',
  PARTNER_SYSTEM: 'partner-system',
}
const audienceTags: ReadonlySet<string> = new Set(Object.values(tagOf))

/** By audience, and by what is hidden: audiences that see the same share what is made of it. */
const contracts = new WeakMap<Generation, Map<string, Generation>>()

/**
 * The generation as the audience sees it, without what has one of the excluded tags; itself where nothing
 * is hidden. Made once.
 */
export function contractOf(
  generation: Generation,
  audience: Audience,
  excludedTags: readonly string[] = [],
): Generation {
  if (audience === 'EMPLOYEE') return generation
  const made = contracts.get(generation) ?? new Map<string, Generation>()
  contracts.set(generation, made)
  const name = excludedTags.length === 0 ? audience : `${audience} ${JSON.stringify(excludedTags)}`
  const before = made.get(name)
  if (before !== undefined) return before
  const hidden = hiddenFrom([tagOf[audience], ...excludedTags], generation)
  const key = JSON.stringify([...hidden].toSorted())
  const contract =
    hidden.size === 0
      ? generation
      : (made.get(key) ??
        Object.freeze({ ...generation, apiSchema: schemaWithout(generation.apiSchema, hidden) }))
  made.set(key, contract)
  made.set(name, contract)
  return contract
}

function schemaWithout(schema: GraphQLSchema, hidden: ReadonlySet<string>): GraphQLSchema {
  const isHidden: IsHidden = (coordinate) => hidden.has(coordinate)
  const left = filteredSchema(schema, isHidden)
  const counts = countsOfHidden(left, schema)
  return counts.length === 0 ? left : schemaWithout(schema, hidden.union(new Set(counts)))
}

/** The `totalCount` of each list of which rows may be of a hidden type: it counts them too. */
const countsOfHidden = (left: GraphQLSchema, whole: GraphQLSchema): readonly string[] =>
  Object.values(left.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || type.getFields()['totalCount'] === undefined) return []
    return itemTypes(type).some((item) => lacksTypes(item, left, whole))
      ? [`${type.name}.totalCount`]
      : []
  })

/** What stands in the lists of a connection, behind its edges too. */
const itemTypes = (connection: GraphQLObjectType): readonly GraphQLNamedType[] =>
  Object.values(connection.getFields()).flatMap(({ type }) => {
    if (!isListType(getNullableType(type))) return []
    const item = getNamedType(type)
    const node = isObjectType(item) ? item.getFields()['node'] : undefined
    return node === undefined ? [item] : [getNamedType(node.type)]
  })

function lacksTypes(type: GraphQLNamedType, left: GraphQLSchema, whole: GraphQLSchema): boolean {
  const before = whole.getType(type.name)
  if (!isAbstractType(type) || !isAbstractType(before)) return false
  return left.getPossibleTypes(type).length < whole.getPossibleTypes(before).length
}

function hiddenFrom(
  [own, ...excluded]: readonly [own: string, ...excluded: string[]],
  { tags, policies }: Generation,
): ReadonlySet<string> {
  const hidden = new Set(
    [...tags].flatMap(([coordinate, names]) => {
      const meant = names.filter((name) => audienceTags.has(name))
      const isFor = !names.includes(internal) && (meant.length === 0 || meant.includes(own))
      return isFor && !names.some((name) => excluded.includes(name)) ? [] : [coordinate]
    }),
  )
  const isField = (field: string) => hidden.has(field) || hidden.has(field.split('.', 1)[0] ?? '')
  for (const [input, read] of policies.reads) if (read.some(isField)) hidden.add(input)
  return hidden
}

/** The scopes that something in the contract asks for. */
export function scopesFor(
  generation: Generation,
  audience: Audience,
  excludedTags: readonly string[] = [],
): ReadonlySet<string> {
  const { apiSchema, policies } = contractOf(generation, audience, excludedTags)
  if (apiSchema === generation.apiSchema) return policies.scopes
  const isThere = (coordinate: string) => isInSchema(apiSchema, coordinate)
  return new Set([
    ...[...policies.requirements].flatMap(([coordinate, needs]) =>
      isThere(coordinate) ? needs.flatMap(({ grants }) => grants.flat()) : [],
    ),
    ...[...policies.masks].flatMap(([coordinate, { unless }]) =>
      isThere(coordinate) ? unless.flat() : [],
    ),
  ])
}

/** The schema without what somebody who holds these may neither read nor ask with. */
export const readableSchema = (
  { apiSchema, policies }: Pick<Generation, 'apiSchema' | 'policies'>,
  held: ReadonlySet<string>,
): GraphQLSchema =>
  filteredSchema(
    apiSchema,
    (coordinate) => !meets(held, policies.protectedInputs.requirements.get(coordinate)),
  )

export interface PrintedSchema {
  /** Changes when the text does. */
  readonly id: string
  readonly sdl: string
}

const printed = new WeakMap<GraphQLSchema, PrintedSchema>()

/** As SDL, printed once. */
export function printedSchema(schema: GraphQLSchema): PrintedSchema {
  const before = printed.get(schema)
  if (before !== undefined) return before
  const sdl = printSchema(schema)
  const made = { id: generationId(sdl), sdl }
  printed.set(schema, made)
  return made
}
