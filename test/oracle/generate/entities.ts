/** Entities: their keys, and which subgraphs resolve them by which. */
import { addField, typeBuilder, type SubgraphBuilder } from './schema-builder.ts'
import {
  ensure,
  keyFieldsOf,
  leaf,
  put,
  refName,
  taken,
  type Entity,
  type Key,
  type World,
} from './world.ts'

const names = ['User', 'Order', 'Part', 'Site'] as const

/** Kinds of keys; one entity has each kind once at most. */
const keyKinds: readonly Key[] = [
  { text: 'id', fields: [{ name: 'id', type: 'ID!' }] },
  { text: 'id', fields: [{ name: 'id', type: 'ID!' }] },
  { text: 'code', fields: [{ name: 'code', type: 'String!' }] },
  { text: 'no', fields: [{ name: 'no', type: 'Int!' }] },
  {
    text: 'region seq',
    fields: [
      { name: 'region', type: 'String!' },
      { name: 'seq', type: 'Int!' },
    ],
  },
  { text: 'place { hall shelf }', fields: [{ name: 'place', type: 'Place!' }] },
]

export function addValues(world: World): void {
  const { draw } = world
  world.values.set('Place', [
    { name: 'hall', type: 'String!' },
    { name: 'shelf', type: 'Int!' },
  ])
  if (draw.chance(0.7)) {
    const fields: { name: string; type: string }[] = []
    const isTaken = (name: string) => fields.some((field) => field.name === name)
    for (let count = draw.int(2, 4); count > 0; count -= 1) fields.push(leaf(world, isTaken))
    world.values.set('Money', fields)
  }
}

/** Value types refer to entities only once there are some. */
export function linkValues(world: World): void {
  const { draw } = world
  const fields = world.values.get('Money')
  const target = draw.maybe(world.entities.filter((each) => each.interfaceObject === null))
  if (fields === undefined || target === undefined || !draw.chance(0.4)) return
  world.values.set('Money', [...fields, { name: 'payer', type: target.name }])
}

export function addEntities(world: World): void {
  const { draw } = world
  for (const name of names.slice(0, draw.pick([1, 2, 2, 3, 3, 4]))) {
    const owners = draw.some(world.subgraphs, draw.chance(0.85) ? 2 : 1, world.subgraphs.length)
    const isCrosswalk = owners.length >= 2 && draw.chance(0.12)
    const entity: Entity = {
      name,
      ...(isCrosswalk ? crosswalkKeys(world, owners) : keysOf(world, owners)),
      fields: [],
      isCrosswalk,
      interfaceObject: null,
    }
    world.entities.push(entity)
    for (const [subgraph, keys] of entity.owners) declare(world, entity, subgraph, keys)
  }
}

function declare(
  world: World,
  { name, keys: all }: Entity,
  subgraph: SubgraphBuilder,
  keys: readonly Key[],
): void {
  const type = typeBuilder(name)
  subgraph.types.set(name, type)
  for (const key of world.draw.shuffled(keys)) {
    type.directives.add(`@key(fields: "${key.text}")`)
    keyFieldsOf(world, subgraph, key, type)
  }
  const other = world.draw.maybe(all.filter((key) => !keys.includes(key)))
  if (other !== undefined && world.draw.chance(0.25)) {
    const directives = [...type.directives]
    type.directives.clear()
    const extra = `@key(fields: "${other.text}", resolvable: false)`
    for (const each of world.draw.shuffled([...directives, extra])) type.directives.add(each)
    keyFieldsOf(world, subgraph, other, type)
  }
}

type Keys = Pick<Entity, 'keys' | 'owners'>

/** One key for all, several for some, or a chain in which only neighbours have a key in common. */
function keysOf({ draw }: World, owners: readonly SubgraphBuilder[]): Keys {
  const kinds = draw
    .shuffled(keyKinds)
    .filter((key, at, all) => all.findIndex(({ text }) => text === key.text) === at)
  const [common, second] = kinds
  if (common === undefined || second === undefined) throw new RangeError('there are several kinds')
  if (owners.length >= 3 && draw.chance(0.4)) {
    const links = kinds.slice(0, owners.length - 1)
    return {
      keys: links,
      owners: new Map(
        owners.map((owner, at) => [
          owner,
          [links[at - 1], links[at]].filter((key) => key !== undefined),
        ]),
      ),
    }
  }
  const withSecond = draw.chance(0.4) ? draw.some(owners, 1, owners.length) : []
  return {
    keys: withSecond.length > 0 ? [common, second] : [common],
    owners: new Map(
      owners.map((owner) => [owner, withSecond.includes(owner) ? [common, second] : [common]]),
    ),
  }
}

/** The second owner knows the entity by an id that the first one may not have. */
function crosswalkKeys({ draw }: World, owners: readonly SubgraphBuilder[]): Keys {
  const main = draw.pick(keyKinds.slice(0, 4))
  const foreign: Key = { text: 'foreign', fields: [{ name: 'foreign', type: 'ID' }] }
  const [first, second] = owners
  if (first === undefined || second === undefined) throw new RangeError('it takes two')
  return {
    keys: [main, foreign],
    owners: new Map([
      [first, [main, foreign]],
      [second, [foreign]],
    ]),
  }
}

/** An interface with a key in one subgraph, and a stand-in for all its types in others. */
export function addInterfaceObject(world: World): void {
  const { draw, subgraphs } = world
  const [home, ...others] = draw.shuffled(subgraphs)
  if (home === undefined || others.length === 0) return
  const key: Key = { text: 'id', fields: [{ name: 'id', type: 'ID!' }] }
  const media = typeBuilder('Media', 'interface')
  media.directives.add('@key(fields: "id")')
  home.types.set('Media', media)
  addField(media, 'id', 'ID!')
  const shared = leaf(world, (name) => media.fields.has(name))
  put(home, media, shared.name, shared.type)
  // With three of them, Apollo's planner takes half a minute for some questions.
  const standIns = others.slice(0, draw.int(1, 2))
  const entities: Entity[] = []
  for (const name of draw.some(['Book', 'Film', 'Song'], 2, 3)) {
    const type = typeBuilder(name)
    type.interfaces.add('Media')
    type.directives.add('@key(fields: "id")')
    home.types.set(name, type)
    addField(type, 'id', 'ID!')
    put(home, type, shared.name, shared.type)
    const entity: Entity = {
      name,
      keys: [key],
      owners: new Map([[home, [key]]]),
      fields: [],
      isCrosswalk: false,
      interfaceObject: 'Media',
    }
    entities.push(entity)
  }
  world.entities.push(...entities)
  const fields = standIns.map((subgraph) => {
    const type = typeBuilder('Media')
    type.directives.add('@key(fields: "id")')
    type.directives.add('@interfaceObject')
    subgraph.types.set('Media', type)
    addField(type, 'id', 'ID!')
    const all = taken(world, 'Media', ...entities.map((each) => each.name))
    const own = leaf(world, all)
    put(subgraph, type, own.name, own.type)
    if (draw.chance(0.5)) {
      put(subgraph, type, shared.name, shared.type, { directives: ['@external'] })
      const name = ['score', 'grade', 'worth', 'level'].find((each) => !all(each))
      if (name !== undefined)
        put(subgraph, type, name, draw.pick(['Int', 'String', '[String]']), {
          directives: [`@requires(fields: "${shared.name}")`],
        })
    }
    return { subgraph, type, all }
  })
  for (const { subgraph, type, all } of fields) {
    const target = draw.maybe(world.entities.filter((each) => each.interfaceObject === null))
    if (target === undefined || !draw.chance(0.4)) continue
    ensure(world, subgraph, target.name)
    put(subgraph, type, refName(world, all), draw.pick([target.name, `[${target.name}!]`]))
  }
}
