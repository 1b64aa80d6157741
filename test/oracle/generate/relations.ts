/** Fields that depend on other subgraphs: `@requires`, `@provides`, `@override`, `@inaccessible`. */
import type { SubgraphBuilder } from './schema-builder.ts'
import {
  baseOf,
  ensure,
  freeName,
  maybeArgs,
  ownType,
  put,
  taken,
  type Entity,
  type OwnField,
  type World,
} from './world.ts'

/** A computed field whose subgraph asks for fields of others. */
export function addRequires(world: World): void {
  const { draw, entities } = world
  const entity = draw.maybe(entities.filter((each) => !each.isCrosswalk && each.owners.size > 1))
  if (entity === undefined) return
  const subgraph = draw.pick([...entity.owners.keys()])
  const selections = draw
    .some(
      entity.fields.filter(({ owners }) => !owners.includes(subgraph)),
      1,
      2,
    )
    .flatMap((field) => requireField(world, entity, subgraph, field) ?? [])
  if (selections.length === 0) return
  const isTaken = taken(world, entity.name)
  const name = draw.maybe(['score', 'rate', 'due', 'total'].filter((each) => !isTaken(each)))
  const type = draw.pick(['Int', 'String', 'Int!', '[String]', '[String!]!', 'Float', 'Boolean'])
  const args = maybeArgs(draw, 0.15)
  const own: OwnField = {
    name: name ?? freeName('computed', isTaken),
    type, args, owners: [subgraph], target: null, isComputed: true, isPinned: true,
  } // prettier-ignore
  entity.fields.push(own)
  put(subgraph, ownType(entity, subgraph), own.name, type, {
    args,
    directives: [`@requires(fields: "${selections.join(' ')}")`],
  })
}

/** Declares a field as external, and gives the selection that asks for it; null when it cannot. */
function requireField(
  world: World,
  entity: Entity,
  subgraph: SubgraphBuilder,
  field: OwnField,
): string | null {
  const { draw } = world
  const [owner] = field.owners
  const members = owner?.unions.get(field.target ?? '')
  const inner =
    field.target === null
      ? ''
      : members === undefined
        ? innerSelection(world, subgraph, field.target)
        : byType(world, subgraph, { union: field.target, members: [...members] })
  if (inner === null) return null
  field.isPinned = true
  const { name, type, args } = field
  put(subgraph, ownType(entity, subgraph), name, type, { args, directives: ['@external'] })
  const given = argumentsFor(args)
  const text = given.length > 0 ? draw.pick(given) : ''
  return `${name}${text}${inner}`
}

/** Leaves of some members of a union that a required field refers to. */
function byType(
  world: World,
  subgraph: SubgraphBuilder,
  { union, members }: { readonly union: string; readonly members: readonly string[] },
): string | null {
  const parts = members.flatMap((member) => {
    const inner = innerSelection(world, subgraph, member)
    return inner === null ? [] : [`... on ${member}${inner}`]
  })
  if (parts.length === 0) return null
  const known = subgraph.unions.get(union) ?? new Set<string>()
  subgraph.unions.set(union, known)
  for (const member of members) {
    const { entities, values } = world
    const isOpen = entities.some((each) => each.name === member && each.interfaceObject === null)
    if (isOpen || values.has(member)) ensure(world, subgraph, member)
    if (subgraph.types.has(member)) known.add(member)
  }
  // Without the name, nobody could tell the parts apart in a representation.
  return ` { __typename ${parts.join(' ')} }`
}

/** A leaf of the type that a required field refers to. */
function innerSelection(world: World, subgraph: SubgraphBuilder, target: string): string | null {
  const { draw } = world
  const value = world.values.get(target)
  if (value !== undefined) {
    ensure(world, subgraph, target)
    return ` { ${draw.pick(value.filter(({ type }) => isLeafText(type))).name} }`
  }
  const entity = world.entities.find((each) => each.name === target && !each.isCrosswalk)
  if (entity === undefined || entity.interfaceObject !== null) return null
  const leaves = entity.fields.filter((field) => field.target === null)
  const chosen = draw.maybe(leaves)
  if (chosen === undefined) return null
  const type = ensure(world, subgraph, target)
  if (type === null) return null
  chosen.isPinned = true
  if (!chosen.owners.includes(subgraph)) {
    put(subgraph, type, chosen.name, chosen.type, { args: chosen.args, directives: ['@external'] })
  }
  const given = argumentsFor(chosen.args)
  return ` { ${chosen.name}${given.length > 0 ? draw.pick(given) : ''} }`
}

/** Arguments as they are written inside a field set; none is one of the choices where it may be. */
function argumentsFor(args: string): readonly string[] {
  if (args === '') return []
  const literals: Readonly<Record<string, readonly string[]>> = {
    'n: Int': ['', '(n: 1)', '(n: 2)'],
    'n: Int = 3': ['', '(n: 3)', '(n: 4)'],
    'unit: Unit = KG': ['', '(unit: LB)'],
    'unit: Unit!': ['(unit: KG)', '(unit: LB)'],
    'tag: String': ['', '(tag: \\"a\\")'],
    'tags: [String!]': ['', '(tags: [\\"a\\", \\"b\\"])'],
    'range: Range': ['', '(range: {min: 1})', '(range: {max: 2, unit: KG})'],
    'n: Int!, tag: String = "t"': ['(n: 1)', '(n: 2, tag: \\"u\\")'],
    'on: Boolean, id: ID': ['', '(on: true)', '(id: \\"7\\")'],
  }
  return literals[args] ?? ['']
}

/** A reference brings a field of its target along. */
export function addProvides(world: World): void {
  const { draw, entities } = world
  const found = draw.maybe(
    entities.flatMap((from) =>
      from.fields.flatMap((reference) => {
        const to = entities.find((each) => each.name === reference.target)
        const [subgraph, ...others] = reference.owners
        if (to === undefined || subgraph === undefined || others.length > 0) return []
        if (to.isCrosswalk || to.interfaceObject !== null || reference.isComputed) return []
        return to.fields
          .filter(
            ({ owners, target, isComputed, args }) =>
              !owners.includes(subgraph) && target === null && !isComputed && args === '',
          )
          .map((field) => ({ from, reference, to, field, subgraph }))
      }),
    ),
  )
  if (found === undefined) return
  const { from, reference, to, field, subgraph } = found
  const declared = ownType(from, subgraph).fields.get(reference.name)
  if (
    declared === undefined ||
    [...declared.directives].some((each) => each.startsWith('@provides'))
  )
    return
  const type = ensure(world, subgraph, to.name)
  if (type === null) return
  put(subgraph, type, field.name, field.type, { directives: ['@external'] })
  declared.directives.add(`@provides(fields: "${field.name}")`)
  for (const owner of field.owners) {
    ownType(to, owner).fields.get(field.name)?.directives.add('@shareable')
  }
  field.isPinned = true
  reference.isPinned = true
}

/** A root field brings a field of its entity along, or one below a reference of it. */
export function addRootProvides(world: World): void {
  const { draw, entities, subgraphs } = world
  const all = subgraphs.flatMap((subgraph) =>
    [...subgraph.query.fields.values()].flatMap((root) => {
      const entity = entities.find((each) => each.name === baseOf(root.type))
      const isShared = root.directives.size > 0
      if (entity === undefined || entity.isCrosswalk || isShared) return []
      if (entity.interfaceObject !== null) return []
      return entity.fields
        .filter(
          ({ owners, isComputed, args, target }) =>
            !owners.includes(subgraph) &&
            !isComputed &&
            args === '' &&
            (target === null || world.values.has(target)),
        ) // prettier-ignore
        .map((field) => ({ subgraph, root, entity, field }))
    }),
  )

  const below = all.filter(({ field: { target } }) => target !== null)
  const found = draw.maybe(below.length > 0 && draw.chance(0.6) ? below : all)
  if (found === undefined) return
  const { subgraph, root, entity, field } = found
  const type = ensure(world, subgraph, entity.name)
  if (type === null) return
  const value = world.values.get(field.target ?? '')
  if (field.target !== null) ensure(world, subgraph, field.target)
  const inner = value?.find(({ type: each }) => isLeafText(each))
  if (value !== undefined && inner === undefined) return
  put(subgraph, type, field.name, field.type, { directives: ['@external'] })
  root.directives.add(
    `@provides(fields: "${field.name}${inner === undefined ? '' : ` { ${inner.name} }`}")`,
  )
  for (const owner of field.owners) {
    ownType(entity, owner).fields.get(field.name)?.directives.add('@shareable')
  }
}

/** A field that moved to the stronger side; the old one is still declared. */
export function addOverrides(world: World): void {
  const { draw, entities } = world
  const found = draw.maybe(
    entities.flatMap((entity) =>
      entity.isCrosswalk
        ? []
        : entity.fields
            .filter(
              ({ owners, isPinned, target }) => owners.length === 1 && !isPinned && target === null,
            )
            .flatMap((field) =>
              [...entity.owners.keys()]
                .filter((each) => !ownType(entity, each).fields.has(field.name))
                .map((from) => ({ entity, field, from })),
            ),
    ),
  )
  if (found === undefined) return
  const { entity, field, from } = found
  const [to] = field.owners
  if (to === undefined) return
  const label = draw.chance(0.4) ? ', label: "percent(50)"' : ''
  ownType(entity, to)
    .fields.get(field.name)
    ?.directives.add(`@override(from: "${from.name}"${label})`)
  put(from, ownType(entity, from), field.name, field.type, { args: field.args })
  field.isPinned = true
}

/** A field that clients do not see, which others may require. */
export function addInaccessible(world: World): void {
  const { draw, entities } = world
  const found = draw.maybe(
    entities.flatMap((entity) =>
      entity.fields
        .filter(({ name }) => !isOfInterface(world, entity, name))
        .map((field) => ({ entity, field })),
    ),
  )
  if (found === undefined) return
  const [owner] = found.field.owners
  if (owner === undefined) return
  ownType(found.entity, owner).fields.get(found.field.name)?.directives.add('@inaccessible')
}

const isOfInterface = ({ subgraphs }: World, entity: Entity, field: string): boolean =>
  subgraphs.some(({ types }) =>
    [...(types.get(entity.name)?.interfaces ?? [])].some(
      (name) => types.get(name)?.fields.has(field) === true,
    ),
  )

const isLeafText = (type: string): boolean =>
  /^[[\]!]*(String|Int|Float|Boolean|ID|Status|Json)[[\]!]*$/.test(type)
