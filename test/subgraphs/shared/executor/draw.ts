/**
 * Draws operations over the schema of a real subgraph: valid ones, with keys and codes that are in its
 * data, aliases, merged fields, fragments, conditions and now and then an argument that is refused.
 */
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'

/** Values that are in the data, by the name of a column. */
export type Samples = ReadonlyMap<string, readonly string[]>

export interface Drawn {
  readonly text: string
  readonly variables: Readonly<Record<string, unknown>>
}

type Random = () => number

/** Pseudo-random numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const depth = 4
const header = 'query ($yes: Boolean!, $no: Boolean!'
const conditions = { yes: true, no: false }

/** Asks one field of the root type. */
export function drawRoot(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
  samples: Samples,
  random: Random,
): Drawn {
  const draw = drawing(schema, samples, random)
  return {
    text: `${header}) { ${draw.field(field, depth)} __typename @skip(if: $yes) @include(if: $no) }`,
    variables: conditions,
  }
}

/** Asks the entities of one type. */
export function drawEntities(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  representations: readonly Readonly<Record<string, unknown>>[],
  samples: Samples,
  random: Random,
): Drawn {
  const draw = drawing(schema, samples, random)
  const selection = `... on ${type.name} { ${draw.fields(type, depth - 1)} }`
  return {
    text: `${header}, $r: [_Any!]!) { _entities(representations: $r) { __typename ${selection} } a: __typename @skip(if: $yes) @include(if: $no) }`,
    variables: { ...conditions, r: representations },
  }
}

function drawing(schema: GraphQLSchema, samples: Samples, random: Random) {
  let aliases = 0
  const chance = (share: number) => random() < share
  const pick = <Item>(items: readonly Item[]): Item | undefined =>
    items[Math.floor(random() * items.length)]

  function fields(type: GraphQLObjectType, below: number): string {
    const all = Object.values(type.getFields()).filter(
      (each) => below > 0 || isLeafType(getNamedType(each.type)),
    )
    if (all.length === 0) return '__typename'
    const count = 1 + Math.floor(random() * 4)
    const drawn = Array.from({ length: count }, () => {
      const chosen = pick(all)
      return chosen === undefined ? '__typename' : field(chosen, below)
    })
    const text = drawn.join(' ')
    return chance(0.15) ? `... on ${type.name} @include(if: $yes) { ${text} } __typename` : text
  }

  function field(definition: GraphQLField<unknown, unknown>, below: number): string {
    const { name, type } = definition
    const args = argumentsText(definition.args)
    // Always with an alias of its own where there are arguments: fields of one name must not differ.
    const alias = args !== '' || chance(0.2) ? `a${(aliases += 1)}: ` : ''
    const condition = chance(0.08) ? ` ${pick(['@include(if: $no)', '@skip(if: $no)']) ?? ''}` : ''
    const called = `${alias}${name}${args}${condition}`
    const named = getNamedType(type)
    if (isLeafType(named)) return called
    const object = isInterfaceType(named) ? schema.getPossibleTypes(named)[0] : named
    if (!isObjectType(object)) return `${called} { __typename }`
    const first = `${called} { ${fields(object, below - 1)} }`
    return chance(0.1) ? `${first} ${called} { ${fields(object, below - 1)} }` : first
  }

  function argumentsText(args: readonly GraphQLArgument[]): string {
    const given = args.flatMap(({ name, type }) => {
      const wanted = isNonNullType(type) || name === 'first' || chance(0.3)
      const text = wanted ? value(name, type, 2) : null
      return text === null ? [] : [`${name}: ${text}`]
    })
    return given.length === 0 ? '' : `(${given.join(', ')})`
  }

  /** A literal, or null where nothing can be said of that type. */
  function value(name: string, type: GraphQLInputType, below: number): string | null {
    const nullable = getNullableType(type)
    if (isListType(nullable)) {
      const item = value(name, nullable.ofType, below)
      return item === null ? null : `[${item}]`
    }
    if (isEnumType(nullable)) return pick(nullable.getValues())?.name ?? null
    if (isInputObjectType(nullable)) {
      const given = Object.values(nullable.getFields()).flatMap((each) => {
        const wanted = isNonNullType(each.type) || (below > 0 && chance(0.3))
        const inner = wanted ? value(each.name, each.type, below - 1) : null
        return inner === null ? [] : [`${each.name}: ${inner}`]
      })
      return `{${given.join(', ')}}`
    }
    switch (getNamedType(nullable).name) {
      case 'Int':
        return chance(0.05) ? '0' : '3'
      case 'Float':
        return '1.5'
      case 'Boolean':
        return chance(0.5) ? 'true' : 'false'
      case 'Date':
        return pick(['"2026-06-30"', '"2026-01-01"', '"2025-03-15"']) ?? null
      case 'DateTime':
        return '"2026-06-30T00:00:00Z"'
      case 'Decimal':
        return '"1000.5"'
      case 'CurrencyCode':
        return '"TWD"'
      default:
        return name === 'period'
          ? (pick(['"2026"', '"2026-Q2"', '"2026-05"', '"never"']) ?? null)
          : JSON.stringify(pick(samples.get(name) ?? []) ?? 'none')
    }
  }

  return { fields, field }
}
