/**
 * A random graph of two to five subgraphs. Each feature of federation is added by a function of its
 * own, so that nearly all graphs compose.
 */
import type { Subgraphs } from '../case.ts'
import { addAbstractTypes, addSplitValue } from './abstract-types.ts'
import type { Draw } from './draw.ts'
import { addEntities, addInterfaceObject, addValues, linkValues } from './entities.ts'
import { addFields, addRoots } from './fields.ts'
import {
  addInaccessible,
  addOverrides,
  addProvides,
  addRequires,
  addRootProvides,
} from './relations.ts'
import { print } from './schema-builder.ts'
import { createWorld } from './world.ts'

export function generateSubgraphs(draw: Draw): Subgraphs {
  const world = createWorld(draw)
  addValues(world)
  addEntities(world)
  linkValues(world)
  if (draw.chance(0.3)) addInterfaceObject(world)
  addAbstractTypes(world)
  addFields(world)
  if (draw.chance(0.4)) addSplitValue(world)
  for (let count = draw.int(0, 4); count > 0; count -= 1) addRequires(world)
  for (let count = draw.int(0, 2); count > 0; count -= 1) addProvides(world)
  for (let count = draw.int(0, 2); count > 0; count -= 1) addOverrides(world)
  if (draw.chance(0.6)) addInaccessible(world)
  addRoots(world)
  if (draw.chance(0.6)) addRootProvides(world)
  return Object.fromEntries(
    world.subgraphs.flatMap((subgraph) =>
      subgraph.types.size + subgraph.query.fields.size === 0
        ? []
        : [[subgraph.name, print(subgraph)] as const],
    ),
  )
}
