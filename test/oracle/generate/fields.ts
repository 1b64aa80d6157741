/** The fields of entities that one or several subgraphs own, and the root fields. */
import type { SubgraphBuilder } from './schema-builder.ts'
import {
  baseOf,
  ensure,
  leaf,
  maybeArgs,
  objectType,
  ownType,
  put,
  refName,
  taken,
  targets,
  type Entity,
  type World,
} from './world.ts'

export function addFields(world: World): void {
  const { draw } = world
  for (const entity of world.entities) {
    for (const owner of entity.owners.keys()) {
      for (let count = draw.int(0, 2); count > 0; count -= 1) addLeaf(world, entity, owner)
      for (let count = draw.int(0, 2); count > 0; count -= 1) addReference(world, entity, owner)
    }
  }
}

const nullable = (type: string): string => type.replace(/!$/, '')

/** The owners of a field: one, or several that share it. */
function ownersOf({ draw }: World, entity: Entity, owner: SubgraphBuilder) {
  const others = [...entity.owners.keys()].filter((each) => each !== owner)
  const isShared = others.length > 0 && !entity.isCrosswalk && draw.chance(0.15)
  return isShared ? [owner, draw.pick(others)] : [owner]
}

function addLeaf(world: World, entity: Entity, owner: SubgraphBuilder): void {
  const { name, type: usual } = leaf(world, taken(world, entity.name))
  const type = entity.isCrosswalk ? nullable(usual) : usual
  addOwn(world, entity, { name, type, owners: ownersOf(world, entity, owner), target: null })
}

function addReference(world: World, entity: Entity, owner: SubgraphBuilder): void {
  const target = world.draw.maybe(targets(world, owner))
  if (target === undefined) return
  const owners = ownersOf(world, entity, owner).filter((each) =>
    targets(world, each).includes(target),
  )
  const wrapped = objectType(world.draw, target)
  const type = entity.isCrosswalk ? nullable(wrapped) : wrapped
  addOwn(world, entity, { name: refName(world, taken(world, entity.name)), type, owners, target })
}

interface New {
  readonly name: string
  readonly type: string
  readonly owners: readonly SubgraphBuilder[]
  readonly target: string | null
}

function addOwn(world: World, entity: Entity, { name, type, owners, target }: New): void {
  const args = maybeArgs(world.draw, 0.25)
  for (const owner of owners) {
    if (target !== null) ensure(world, owner, target)
    const directives = owners.length > 1 ? ['@shareable'] : []
    put(owner, ownType(entity, owner), name, type, { args, directives })
  }
  entity.fields.push({ name, type, args, owners, target, isComputed: false, isPinned: false })
}

export function addRoots(world: World): void {
  const { draw, subgraphs } = world
  const rootless = [...subgraphs].filter((subgraph) => subgraph.types.size > 0)
  for (const subgraph of rootless) {
    for (const target of targets(world, subgraph)) {
      if (!subgraph.types.has(target) && !subgraph.unions.has(target)) continue
      if (target !== 'Half' && draw.chance(0.45)) addRoot(world, subgraph, target)
    }
  }
  const first = draw.maybe(rootless)
  if (first !== undefined && rootless.every(({ query }) => query.fields.size === 0)) {
    const target = draw.maybe([...first.types.keys()].filter((name) => name !== 'Half'))
    if (target !== undefined) addRoot(world, first, target)
  }
}

function addRoot(world: World, subgraph: SubgraphBuilder, target: string): void {
  const { draw, subgraphs } = world
  const type = draw.chance(0.9) ? nullable(objectType(draw, target)) : objectType(draw, target)
  const start = baseOf(type).toLowerCase()
  const isTaken = (name: string) => subgraphs.some(({ query }) => query.fields.has(name))
  let name = start
  for (let count = 2; isTaken(name); count += 1) name = `${start}${count}`
  const args = maybeArgs(draw, 0.3)
  const sharing = subgraphs.filter(
    (each) =>
      each !== subgraph &&
      each.types.has(target) &&
      world.entities.every((entity) => entity.name !== target || !entity.isCrosswalk),
  )
  // Seldom: Apollo's planner compares every way from every such root, for minutes at times.
  const other = draw.chance(0.04) ? draw.maybe(sharing) : undefined
  const directives = other === undefined ? [] : ['@shareable']
  put(subgraph, subgraph.query, name, type, { args, directives })
  if (other !== undefined) put(other, other.query, name, type, { args, directives })
}
