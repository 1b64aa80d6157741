/** Interfaces and unions, and value types of which two subgraphs know different halves. */
import { typeBuilder, type SubgraphBuilder } from './schema-builder.ts'
import { leaf, maybeArgs, ownType, put, refName, taken, type Entity, type World } from './world.ts'

export function addAbstractTypes(world: World): void {
  const { draw } = world
  if (draw.chance(0.5)) addInterface(world, 'Named')
  if (draw.chance(0.2)) addInterface(world, 'Rated')
  if (draw.chance(0.7)) addUnion(world, 'Hit')
  if (draw.chance(0.2)) addUnion(world, 'Thing')
}

const ownedBy = ({ entities }: World, subgraph: SubgraphBuilder): readonly Entity[] =>
  entities.filter(({ owners }) => owners.has(subgraph))

/** Its fields are resolved by its home; a second subgraph may know some of its types and fields. */
function addInterface(world: World, name: string): void {
  const { draw, subgraphs } = world
  const home = draw.maybe(subgraphs.filter((subgraph) => ownedBy(world, subgraph).length > 0))
  if (home === undefined) return
  const entities = draw.some(ownedBy(world, home), 1, 3)
  const all = taken(world, ...entities.map((each) => each.name))
  const type = typeBuilder(name, 'interface')
  home.types.set(name, type)
  const second = draw.chance(0.5)
    ? draw.maybe(
        subgraphs.filter(
          (subgraph) =>
            subgraph !== home &&
            entities.some((each) => each.owners.has(subgraph) && !each.isCrosswalk),
        ),
      )
    : undefined
  for (let count = draw.int(1, 2); count > 0; count -= 1) {
    const field = leaf(world, all)
    const args = maybeArgs(draw, 0.15)
    const isShared = second !== undefined && count === 1
    put(home, type, field.name, field.type, { args })
    for (const entity of entities) {
      const owners =
        isShared && entity.owners.has(second) && !entity.isCrosswalk ? [home, second] : [home]
      const directives = owners.length > 1 ? ['@shareable'] : []
      for (const owner of owners) {
        put(owner, ownType(entity, owner), field.name, field.type, { args, directives })
        ownType(entity, owner).interfaces.add(name)
      }
      entity.fields.push({
        ...field, args, owners, target: null, isComputed: false, isPinned: true,
      }) // prettier-ignore
    }
    if (isShared) {
      const other = typeBuilder(name, 'interface')
      second.types.set(name, other)
      put(second, other, field.name, field.type, { args })
    }
  }
}

/** Each home of a union knows its own members. */
function addUnion(world: World, name: string): void {
  const { draw, subgraphs } = world
  for (const subgraph of draw.some(subgraphs, 1, 2)) {
    const objects = [...subgraph.types.values()].filter(
      ({ kind, directives }) => kind === 'type' && !directives.has('@interfaceObject'),
    )
    const members = draw.some(objects, 2, 3)
    if (members.length > 0) {
      subgraph.unions.set(name, new Set(members.map((member) => member.name)))
    }
  }
}

/** One value of an entity, of which each of two subgraphs knows a part. */
export function addSplitValue(world: World): void {
  const { draw } = world
  const entity = draw.maybe(
    world.entities.filter(({ owners, isCrosswalk }) => owners.size >= 2 && !isCrosswalk),
  )
  if (entity === undefined) return
  const owners = draw.some([...entity.owners.keys()], 2, 2)
  const known = new Set<string>()
  const name = refName(world, taken(world, entity.name))
  const type = draw.pick(['Half', 'Half', 'Half!', '[Half]', '[Half!]!', '[[Half]]'])
  for (const owner of owners) {
    const half = typeBuilder('Half')
    half.directives.add('@shareable')
    for (let count = draw.int(1, 2); count > 0; count -= 1) {
      const field = leaf(world, (each) => known.has(each))
      known.add(field.name)
      put(owner, half, field.name, field.type)
    }
    owner.types.set('Half', half)
    put(owner, ownType(entity, owner), name, type, { directives: ['@shareable'] })
  }
}
