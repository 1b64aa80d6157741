/** Random data for a graph: some objects of every type, nulls where they may stand, keys that differ. */
import { Kind, type SelectionSetNode, type TypeNode } from 'graphql'
import type { Data, Stored, StoredObject } from '../case.ts'
import { namedType, possibleIn, type Catalogue, type Declared } from '../catalogue.ts'
import type { Draw } from './draw.ts'
import { enumValues } from './world.ts'

const leaves = new Set(['String', 'Int', 'Float', 'Boolean', 'ID', 'Status', 'Unit', 'Json'])

interface Plan {
  readonly draw: Draw
  readonly known: Catalogue
  /** Names of the objects by type. */
  readonly names: ReadonlyMap<string, readonly string[]>
  readonly absent: ReadonlyMap<string, readonly string[]>
  /** Values of fields that are part of keys: object → field → value. */
  readonly fixed: ReadonlyMap<string, Readonly<Record<string, Stored>>>
}

export function generateData(draw: Draw, known: Catalogue): Data {
  const objectTypes = [
    ...new Set(
      [...known.declared.values()].flatMap((types) =>
        [...types.values()].flatMap(({ kind, name, isInterfaceObject }) =>
          kind === 'object' && !isInterfaceObject && name !== 'Query' ? [name] : [],
        ),
      ),
    ),
  ]
  const names = new Map<string, readonly string[]>()
  const absent = new Map<string, readonly string[]>()
  const fixed = new Map<string, Record<string, Stored>>()
  const extra: Record<string, StoredObject> = {}
  let serial = 0
  for (const type of objectTypes) {
    const own = Array.from({ length: draw.int(1, 3) }, (_, at) => `${type}:${at + 1}`)
    names.set(type, own)
    for (const [at, name] of own.entries()) {
      serial += 1
      const values = keyValues(known, type, { at, serial, draw, extra, name })
      fixed.set(name, values)
      absent.set(name, absentIn(known, type, values))
    }
  }
  const plan: Plan = { draw, known, names, absent, fixed }
  const data: Record<string, StoredObject> = { Query: objectOf(plan, 'Query', 'Query') }
  for (const [type, own] of names) for (const name of own) data[name] = objectOf(plan, type, name)
  return { ...data, ...extra }
}

interface KeyPlace {
  readonly at: number
  readonly serial: number
  readonly draw: Draw
  readonly extra: Record<string, StoredObject>
  readonly name: string
}

const keysOf = (known: Catalogue, type: string) =>
  [...known.declared].flatMap(([subgraph, types]) =>
    (types.get(known.nameIn(subgraph, type))?.keys ?? []).map((key) => ({ subgraph, ...key })),
  )

/** Values of a type's key fields: each key differs from object to object, single parts may not. */
function keyValues(known: Catalogue, type: string, place: KeyPlace): Record<string, Stored> {
  const values: Record<string, Stored> = {}
  const fields = known.fieldsOf(type)
  for (const { selection } of keysOf(known, type)) {
    const parts = selection.selections.filter((each) => each.kind === Kind.FIELD)
    for (const [index, part] of parts.entries()) {
      const name = part.name.value
      if (name in values) continue
      const declared = fields.get(name)
      if (declared === undefined) continue
      const isFirstOfMany = parts.length > 1 && index === 0
      const number = isFirstOfMany ? place.at % 2 : place.at
      if (part.selectionSet !== undefined) {
        const inner = `${place.name}.${name}`
        const target = namedType(declared.type)
        place.extra[inner] = {
          type: target,
          fields: nestedKey(known, target, part.selectionSet, place),
        }
        values[name] = { ref: inner }
      } else if (declared.type.kind !== Kind.NON_NULL_TYPE && place.draw.chance(0.4)) {
        values[name] = null
      } else {
        values[name] = keyLeaf(namedType(declared.type), name === 'id' ? place.serial : number)
      }
    }
  }
  return values
}

function nestedKey(
  known: Catalogue,
  type: string,
  selection: SelectionSetNode,
  { at }: KeyPlace,
): Record<string, Stored> {
  const fields = known.fieldsOf(type)
  return Object.fromEntries(
    selection.selections.flatMap((each) =>
      each.kind === Kind.FIELD
        ? [[each.name.value, keyLeaf(leafTypeOf(fields.get(each.name.value)), at)] as const]
        : [],
    ),
  )
}

const leafTypeOf = (declared: Declared | undefined): string =>
  declared === undefined ? 'String' : namedType(declared.type)

const keyLeaf = (type: string, number: number): Stored =>
  type === 'Int' ? number : type === 'ID' ? String(number) : `k${number}`

/** The subgraphs that resolve the type, but by keys of which each has a null for this object. */
function absentIn(
  known: Catalogue,
  type: string,
  values: Readonly<Record<string, Stored>>,
): readonly string[] {
  const keys = keysOf(known, type).filter(({ resolvable }) => resolvable)
  return [...new Set(keys.map(({ subgraph }) => subgraph))].filter((subgraph) =>
    keys
      .filter((key) => key.subgraph === subgraph)
      .every(({ selection }) =>
        selection.selections.some(
          (each) => each.kind === Kind.FIELD && values[each.name.value] === null,
        ),
      ),
  )
}

function objectOf(plan: Plan, type: string, name: string): StoredObject {
  const fixed = plan.fixed.get(name) ?? {}
  const fields: Record<string, Stored> = {}
  const absentFrom = plan.absent.get(name) ?? []
  for (const [field, declared] of plan.known.fieldsOf(type)) {
    if (field.startsWith('_')) continue
    fields[field] = fixed[field] ?? (field in fixed ? null : fieldValue(plan, type, declared))
  }
  return { type, fields, ...(absentFrom.length > 0 ? { absentIn: absentFrom } : {}) }
}

function fieldValue(plan: Plan, type: string, declared: Declared): Stored {
  const resolvers = plan.known.resolvers(type, declared.name)
  const hasParameters =
    declared.args.length > 0 || resolvers.some((each) => each.declared.requires !== null)
  const candidates = objectsFor(plan, type, declared.name)
  const isReference = !leaves.has(namedType(declared.type))
  const isList = unwrapped(declared.type).kind === Kind.LIST_TYPE
  // What shows its parameters is seldom null: a null would hide a wrong one.
  const nulls = hasParameters ? 0.05 : 0.2
  const one = () => valueFor(plan, declared.type, candidates, nulls)
  if (!hasParameters || !isReference || isList) return one()
  return { any: [one(), one(), one()] }
}

const unwrapped = (type: TypeNode): TypeNode =>
  type.kind === Kind.NON_NULL_TYPE ? type.type : type

/** Objects that every subgraph which resolves the field can name there. */
function objectsFor(plan: Plan, type: string, field: string): readonly string[] {
  const sets = plan.known.resolvers(type, field).map(({ subgraph, declared }) => {
    const types = plan.known.declared.get(subgraph)
    const target = types?.get(namedType(declared.type))
    return new Set(
      (target === undefined ? [] : possibleIn(plan.known, subgraph, target))
        .flatMap((each) => plan.names.get(each) ?? [])
        .filter((name) => plan.absent.get(name)?.includes(subgraph) !== true),
    )
  })
  const [first] = sets
  return [...(first ?? [])].filter((name) => sets.every((set) => set.has(name)))
}

function valueFor(
  plan: Plan,
  type: TypeNode,
  candidates: readonly string[],
  nulls: number,
): Stored {
  const { draw } = plan
  if (type.kind === Kind.NON_NULL_TYPE) return present(plan, type.type, candidates, nulls)
  return draw.chance(nulls) ? null : present(plan, type, candidates, nulls)
}

function present(plan: Plan, type: TypeNode, candidates: readonly string[], nulls: number): Stored {
  const { draw } = plan
  if (type.kind === Kind.LIST_TYPE) {
    return Array.from({ length: draw.pick([0, 1, 2, 2, 3]) }, () =>
      valueFor(plan, type.type, candidates, nulls),
    )
  }
  const name = namedType(type)
  if (!leaves.has(name)) {
    const found = draw.maybe(candidates)
    return found === undefined ? null : { ref: found }
  }
  return leafValue(draw, name)
}

/** Names and shapes that one could take for objects of the graph. */
const jsonValues: readonly Stored[] = [
  { json: { id: 1, name: null, __typename: 'User' } },
  { json: [{ price: 1 }, null] },
  { json: 'text' },
  { json: {} },
]

function leafValue(draw: Draw, type: string): Stored {
  const values = enumValues[type]
  if (values !== undefined) return draw.pick(values)
  if (type === 'Int') return draw.int(0, 50)
  if (type === 'Float') return draw.int(0, 50) + 0.5
  if (type === 'Boolean') return draw.chance(0.5)
  if (type === 'Json') return draw.pick(jsonValues)
  return type === 'ID' ? String(draw.int(0, 50)) : `s${draw.int(0, 50)}`
}
