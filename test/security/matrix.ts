/**
 * The deny matrix: every protected coordinate of the composed schema, by every caller and every way to
 * ask for it. Made from the schema alone, so a new coordinate is in it by itself. A way that a
 * coordinate does not have is counted apart and named.
 */
import jwt from 'jsonwebtoken'
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isListType,
  isObjectType,
  parse,
  type GraphQLInputType,
  type GraphQLObjectType,
} from 'graphql'
import { openSubgraph } from '#shared/open.ts'
import { nobody, type Principal } from '#shared/principal.ts'
import { meets, policyGrant } from '#shared/rules/requirements.ts'
import { rulesOf } from '#shared/rules/rules.ts'
import { authorise } from '../../gateway/request/authorise.ts'
import { operationOf } from '../../gateway/request/receive.ts'
import { demoSecret, demoToken } from '../../gateway/tokens/demo.ts'
import { definitionOf, readFrom, systems } from '../subgraphs/systems.ts'
import type { Graph } from '../support/graph.ts'
import { executables, isGiven, isWithheld, type Executable } from './executed.ts'

export const callers = [
  'no token',
  'wrong scope',
  'right scope',
  'expired',
  'other audience',
] as const
export const ways = [
  'plain',
  'alias',
  'fragment',
  'interface or union',
  'nested entity path',
  'filter',
  'sort',
  'group',
  'aggregate',
  '_entities',
] as const
type Way = (typeof ways)[number]

export interface Matrix {
  readonly cells: number
  readonly wrong: readonly string[]
  /** `coordinate: way` that there is not. */
  readonly absent: readonly string[]
  readonly coordinates: readonly string[]
  /** `coordinate: way` that no execution has judged, and why. */
  readonly unexecuted: readonly string[]
}

export async function denyMatrix(graph: Graph): Promise<Matrix> {
  const { apiSchema, policies } = graph.app.generation()
  const query = apiSchema.getQueryType()
  if (!query) throw new TypeError('no Query')
  const everything = new Set([...policies.scopes, ...[...policies.policies].map(policyGrant)])
  const coordinates = [...policies.requirements]
    .filter(([, needs]) => !meets(new Set(), needs))
    .map(([coordinate]) => coordinate)

  /** Field names from Query to a type; `first` leaves a root field out. */
  const pathTo = (type: string, without?: string): readonly string[] | null => {
    const queue: { at: GraphQLObjectType; path: readonly string[] }[] = [{ at: query, path: [] }]
    const seen = new Set([query.name])
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (next.at.name === type) return next.path
      for (const field of Object.values(next.at.getFields())) {
        const to = getNamedType(field.type)
        if (!isObjectType(to) || seen.has(to.name)) continue
        if (next.path.length === 0 && field.name === without) continue
        seen.add(to.name)
        queue.push({ at: to, path: [...next.path, field.name] })
      }
    }
    return null
  }
  const nest = (path: readonly string[], inner: string) =>
    `{ ${path.join(' { ')}${path.length > 0 ? ' { ' : ''}${inner}${' }'.repeat(path.length)} }`

  /** A literal of the type that asks with the coordinate, or null. */
  const literal = (
    type: GraphQLInputType,
    coordinate: string,
    seen: readonly string[] = [],
  ): string | null => {
    if (isNonNullType(type)) return literal(type.ofType, coordinate, seen)
    if (isListType(type)) {
      const inner = literal(type.ofType, coordinate, seen)
      return inner === null ? null : `[${inner}]`
    }
    if (isEnumType(type)) {
      const value = type.getValues().find(({ name }) => `${type.name}.${name}` === coordinate)
      return value?.name ?? null
    }
    if (!isInputObjectType(type) || seen.includes(type.name)) return null
    for (const field of Object.values(type.getFields())) {
      if (`${type.name}.${field.name}` === coordinate) return `{ ${field.name}: {} }`
      const inner = literal(field.type, coordinate, [...seen, type.name])
      if (inner !== null) return `{ ${field.name}: ${inner} }`
    }
    return null
  }
  const kindOf = (input: string): Way =>
    /Sort\./.test(input)
      ? 'sort'
      : /Measure\./.test(input)
        ? 'aggregate'
        : /Dimension\./.test(input)
          ? 'group'
          : 'filter'

  const inputsOf = (coordinate: string, way: Way): readonly string[] =>
    [...policies.reads].flatMap(([input, read]) =>
      read.includes(coordinate) && kindOf(input) === way ? [input] : [],
    )

  /** Documents that ask with something that tells the field. */
  const asking = (coordinate: string, way: Way): readonly string[] =>
    inputsOf(coordinate, way).flatMap((input) => {
      for (const type of Object.values(apiSchema.getTypeMap())) {
        if (!isObjectType(type)) continue
        for (const field of Object.values(type.getFields())) {
          for (const argument of field.args) {
            const isIt = `${type.name}.${field.name}(${argument.name}:)` === input
            const value = isIt ? '{}' : literal(argument.type, input)
            const path = pathTo(type.name)
            if (value === null || path === null) continue
            return [nest(path, `${field.name}(${argument.name}: ${value}) { __typename }`)]
          }
        }
      }
      return []
    })

  const documentsOf = (coordinate: string, way: Way): readonly string[] => {
    const [typeName = '', fieldName] = coordinate.split('.')
    const type = apiSchema.getType(typeName)
    if (!isObjectType(type)) return []
    const path = typeName === 'Mutation' ? [] : pathTo(typeName)
    if (path === null) return []
    // A type as a whole is read by any field of it; its path ends at the type.
    const field = fieldName ?? '__typename'
    const definition = fieldName === undefined ? undefined : type.getFields()[fieldName]
    const isObject = definition !== undefined && isObjectType(getNamedType(definition.type))
    const within = (at: readonly string[], inner: string) =>
      typeName === 'Mutation' ? `mutation ${nest(at, inner)}` : nest(at, inner)
    const selected = isObject ? `${field} { __typename }` : field
    switch (way) {
      case 'plain':
        return [within(path, selected)]
      case 'alias':
        return fieldName === undefined ? [] : [within(path, `other: ${selected}`)]
      case 'fragment':
        return [`${within(path, '...F')} fragment F on ${typeName} { ... { ${selected} } }`]
      case 'interface or union':
        return Object.values(apiSchema.getTypeMap()).some(
          (each) => isInterfaceType(each) && type.getInterfaces().includes(each),
        )
          ? [within(path, `... on ${type.getInterfaces()[0]?.name} { ${selected} }`)]
          : []
      case 'nested entity path': {
        const other = path[0] === undefined ? null : pathTo(typeName, path[0])
        return other === null || other.length < 2 ? [] : [nest(other, selected)]
      }
      case 'filter':
      case 'sort':
      case 'group':
      case 'aggregate':
        return asking(coordinate, way)
      case '_entities':
        return []
    }
  }

  const unexecuted: string[] = []
  const wrong: string[] = []
  const absent: string[] = []
  let cells = 0
  const cell = (isRight: boolean, coordinate: string, way: Way, caller: string) => {
    cells += 1
    if (!isRight) wrong.push(`${coordinate}: ${way}: ${caller}`)
  }

  const listening = await graph.app.listen(null)
  const status = async (text: string, token: string | null): Promise<number> => {
    const response = await fetch(new URL('/graphql', listening.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query: text }),
    })
    await response.arrayBuffer()
    return response.status
  }
  const secret = demoSecret(graph.data)
  const valid = jwt.decode(demoToken('admin', secret)) as jwt.JwtPayload
  const tokens = {
    expired: jwt.sign({ ...valid, exp: 1_000 }, secret, { algorithm: 'HS256' }),
    'other audience': jwt.sign({ ...valid, aud: 'elsewhere' }, secret, { algorithm: 'HS256' }),
  }

  /** What the caller lacks is every scope that the coordinate's rules name. */
  const lacking = (coordinate: string) => {
    const own = (policies.requirements.get(coordinate) ?? []).flatMap(({ grants }) => grants.flat())
    return everything.difference(new Set(own))
  }
  const callerWith = (held: ReadonlySet<string>): Principal => ({
    ...nobody,
    audience: [...policies.policies].every((each) => held.has(policyGrant(each)))
      ? 'EMPLOYEE'
      : 'PARTNER_SYSTEM',
    scopes: [...held].filter((each) => !each.startsWith('@')),
  })
  const runnable = executables(graph)
  const denies = (text: string, held: ReadonlySet<string>): boolean => {
    const document = parse(text)
    const operation = operationOf(document, undefined)
    const { denied, nothingLeft } = authorise(document, operation, graph.app.generation(), {
      held,
      asks: new Map(),
    })
    return denied.length > 0 || nothingLeft
  }

  try {
    for (const coordinate of coordinates) {
      for (const way of ways) {
        if (way === '_entities') continue
        const documents = documentsOf(coordinate, way)
        if (documents.length === 0) {
          absent.push(`${coordinate}: ${way}`)
          continue
        }
        await execute(coordinate, way)
        for (const text of documents) {
          cell(denies(text, lacking(coordinate)), coordinate, way, 'wrong scope')
          cell(!denies(text, everything), coordinate, way, 'right scope')
          cell((await status(text, null)) === 401, coordinate, way, 'no token')
          for (const caller of ['expired', 'other audience'] as const)
            cell((await status(text, tokens[caller])) === 401, coordinate, way, caller)
        }
      }
    }
    await atSubgraphs()
  } finally {
    await listening.close()
  }
  return { cells, wrong, absent, coordinates, unexecuted }

  /** The same by whole executions, where a value exists. */
  async function execute(coordinate: string, way: Way): Promise<void> {
    const found = executablesOf(coordinate, way)
    if (found.length === 0) unexecuted.push(`${coordinate}: ${way}: no way that can be run`)
    for (const executable of found) {
      const isRight = await isGiven(graph, executable, callerWith(everything))
      if (isRight === null) {
        unexecuted.push(`${coordinate}: ${way}: no value in the demo data`)
        continue
      }
      cell(isRight, coordinate, way, 'right scope, executed')
      const isWrongRight = await isWithheld(graph, executable, callerWith(lacking(coordinate)))
      cell(isWrongRight, coordinate, way, 'wrong scope, executed')
    }
  }

  function executablesOf(coordinate: string, way: Way): readonly Executable[] {
    const [typeName = '', fieldName] = coordinate.split('.')
    if (typeName === 'Mutation') return []
    const type = apiSchema.getType(typeName)
    const [face] = isObjectType(type) ? type.getInterfaces() : []
    const plain = runnable.reading(coordinate, (field) => field)
    const read = {
      plain: () => plain,
      alias: () =>
        plain && {
          ...plain,
          path: [...plain.path.slice(0, -1), 'other'],
          document: runnable.reading(coordinate, (field) => `other: ${field}`)?.document ?? '',
        },
      fragment: () =>
        runnable.reading(coordinate, (field) => `... on ${typeName} { ... { ${field} } }`),
      'interface or union': () =>
        runnable.reading(coordinate, (field) => `... on ${face?.name} { ${field} }`),
      'nested entity path': () => runnable.reading(coordinate, (field) => field, plain?.path[0]),
    }
    if (way === '_entities' || (way === 'alias' && fieldName === undefined)) return []
    if (way in read) return [read[way as keyof typeof read]()].flatMap((each) => each ?? [])
    return inputsOf(coordinate, way).flatMap((input) => runnable.asking(input) ?? [])
  }

  /** Each system is asked for real entities, past the gateway, by who may and by who may not. */
  async function atSubgraphs(): Promise<void> {
    const entities = new Map<string, Readonly<Record<string, unknown>>>()
    const known = new Set<string>()
    for (const system of systems) {
      using subgraph = openSubgraph(await definitionOf(system), {
        data: graph.data,
        timeZone: 'Asia/Taipei',
        fiscalYearStartMonth: 1,
      })
      const ownRules = rulesOf(parse(readFrom(system, 'schema.graphql'))).requirements
      const run = async (principal: Principal, type: string, field: string) => {
        const representation = entities.get(`${system.name} ${type}`)
        if (representation === undefined) return null
        const document = parse(
          `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${field} } } }`,
        )
        return await subgraph.execute({
          document,
          variables: { of: [{ __typename: type, ...representation }] },
          principal,
          signal: new AbortController().signal,
        })
      }
      for (const coordinate of coordinates) {
        const [typeName = '', fieldName] = coordinate.split('.')
        const type = subgraph.schema.getType(typeName)
        const keys = keysOf(system.name, typeName)
        if (!isObjectType(type) || keys === null) continue
        // A whole type is ruled by its owner; another system answers its key, which is given.
        if (fieldName === undefined && !ownRules.has(coordinate)) continue
        const definition = fieldName === undefined ? undefined : type.getFields()[fieldName]
        if (fieldName !== undefined && definition === undefined) continue
        if (definition?.args.some((each) => isNonNullType(each.type))) continue
        if (!entities.has(`${system.name} ${typeName}`)) {
          const found = await entityOf(typeName, keys)
          if (found === null) continue
          entities.set(`${system.name} ${typeName}`, found)
        }
        const inner = definition === undefined ? null : getNamedType(definition.type)
        const text =
          fieldName === undefined
            ? '__typename'
            : isObjectType(inner)
              ? `${fieldName} { __typename }`
              : fieldName
        const denied = await run(callerWith(lacking(coordinate)), typeName, text)
        const given = await run(callerWith(everything), typeName, text)
        const codes = (result: typeof denied) =>
          (result?.errors ?? []).map(({ extensions }) => extensions['code'])
        known.add(coordinate)
        cell(
          codes(denied).includes('UNAUTHORIZED_FIELD_OR_TYPE'),
          coordinate,
          '_entities',
          'wrong scope',
        )
        cell(codes(given).length === 0, coordinate, '_entities', 'right scope')
      }
    }
    for (const each of coordinates) if (!known.has(each)) absent.push(`${each}: _entities`)
  }

  /** The keys by which a system is asked for entities of a type. */
  function keysOf(system: string, type: string): readonly string[] | null {
    const keys = graph.app.generation().keys.get(`${system}|${type}`)
    return keys?.[0] ?? null
  }

  /** A real one, found through the list of its type. */
  async function entityOf(type: string, keys: readonly string[]) {
    const list = Object.values(query?.getFields() ?? {}).find(
      (field) => getNamedType(field.type).name === `${type}Connection`,
    )
    if (list === undefined) return null
    const { data } = await graph.ask(`{ ${list.name}(first: 50) { nodes { ${keys.join(' ')} } } }`)
    const page = data?.[list.name] as { nodes: Readonly<Record<string, unknown>>[] } | undefined
    return page?.nodes.find((node) => keys.every((key) => node[key] !== null)) ?? null
  }
}
