/**
 * The field rules of a subgraph, put around its resolvers in one place: the second end. A subgraph
 * that is asked past the gateway's check still answers nothing that the caller may not read, sorts and
 * filters by nothing of it, and shows values in part where the schema says so.
 */
import {
  defaultFieldResolver,
  getNamedType,
  isInterfaceType,
  isObjectType,
  type DocumentNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'
import { AppError } from '#shared/errors.ts'
import type { Principal } from '#shared/principal.ts'
import { protectedInputs, type ProtectedInputs } from './inputs.ts'
import { masked } from './masks.ts'
import { grantsOf, meets, type Requirement } from './requirements.ts'
import { rulesOf, type Rules } from './rules.ts'

/** What the context of every resolver has. */
interface Asking {
  readonly principal: Principal
}

type Resolve = GraphQLFieldResolver<unknown, unknown>
type Held = (principal: Principal) => ReadonlySet<string>

/** Changes the resolvers of the schema; throws where a rule of its SDL cannot be enforced. */
export function enforceRules(schema: GraphQLSchema, sdl: DocumentNode): void {
  const rules = rulesOf(sdl)
  const enforcing = { rules, inputs: protectedInputs(rules, schema), held: heldOf(rules.policies) }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      const resolve = guarded(type, field, enforcing)
      if (resolve !== null) field.resolve = resolve
    }
    guardReferences(type, enforcing)
  }
}

interface Enforcing {
  readonly rules: Rules
  readonly inputs: ProtectedInputs
  readonly held: Held
}

/** What a caller holds, found once for a principal. */
function heldOf(policies: ReadonlySet<string>): Held {
  const known = new WeakMap<Principal, ReadonlySet<string>>()
  return (principal) => {
    const before = known.get(principal)
    if (before !== undefined) return before
    const held = grantsOf(principal, policies)
    known.set(principal, held)
    return held
  }
}

/** The resolver with what is checked before and done after; null where there is nothing to do. */
function guarded(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  { rules, inputs, held }: Enforcing,
): Resolve | null {
  const coordinate = `${type.name}.${field.name}`
  const needs = requirementsOf(type, field, rules)
  const asks = inputs.anyOf([coordinate], field.args)
  const mask = rules.masks.get(coordinate)
  if (needs.length === 0 && !asks && mask === undefined) return null
  const resolve: Resolve = field.resolve ?? defaultFieldResolver
  const checked: Resolve = (parent, args: Readonly<Record<string, unknown>>, context, info) => {
    const has = held((context as Asking).principal)
    if (!meets(has, needs)) throw denied(coordinate)
    if (asks) {
      inputs.inArgumentValues(coordinate, field.args, args, (input) => {
        if (!meets(has, inputs.requirements.get(input))) throw denied(coordinate, input)
      })
    }
    return resolve(parent, args, context, info)
  }
  if (mask === undefined) return checked
  const unmasked: readonly Requirement[] = [{ grants: mask.unless }]
  return async (parent, args: object, context, info) => {
    const value: unknown = await checked(parent, args, context, info)
    return meets(held((context as Asking).principal), unmasked) ? value : masked(mask.as, value)
  }
}

/**
 * What the field, the type it stands in and the type it answers need. A rule on an interface or its
 * field counts for the types that implement it.
 */
function requirementsOf(
  type: GraphQLObjectType,
  { name, type: returned }: GraphQLField<unknown, unknown>,
  { requirements }: Rules,
): readonly Requirement[] {
  const parents = [type, ...type.getInterfaces().filter(isInterfaceType)].map((each) => each.name)
  const coordinates = [
    ...parents,
    ...parents.map((parent) => `${parent}.${name}`),
    getNamedType(returned).name,
  ]
  // Being authenticated is what the internal token says.
  return [...new Set(coordinates)]
    .flatMap((each) => requirements.get(each) ?? [])
    .filter(({ grants }) => grants.length > 0)
}

type ResolveReference = (reference: unknown, context: unknown, info: unknown) => unknown

/** An entity of a type that may not be read is not even looked for. */
function guardReferences(type: GraphQLObjectType, { rules, held }: Enforcing): void {
  const needs = (rules.requirements.get(type.name) ?? []).filter(({ grants }) => grants.length > 0)
  const { apollo } = type.extensions as {
    apollo?: { subgraph?: { resolveReference?: ResolveReference } }
  }
  if (needs.length === 0) return
  const resolve = apollo?.subgraph?.resolveReference
  const resolveReference: ResolveReference = (reference, context, info) => {
    if (!meets(held((context as Asking).principal), needs)) throw denied(type.name)
    return resolve === undefined ? reference : resolve(reference, context, info)
  }
  // Where `@apollo/subgraph` keeps it.
  type.extensions = { ...type.extensions, apollo: { subgraph: { resolveReference } } }
}

const denied = (coordinate: string, input?: string): AppError =>
  new AppError(
    'UNAUTHORIZED_FIELD_OR_TYPE',
    input === undefined
      ? `You may not read ${coordinate}: your token lacks a right it needs.`
      : `You may not ask ${coordinate} with ${input}: your token may not read what it tells.`,
  )
