/**
 * What an operation reads of what is protected, found once for the operation: the coordinates, and a
 * walk over what the systems answered that brings the keys of the records. Only types with a protected
 * field and a key are records.
 */
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql'
import { dropOldest } from '../oldest.ts'
import type { Prepared } from '../request/prepare.ts'
import { possibleTypes } from '../request/possible-fields.ts'
import type { Generation } from '../supergraph/generation.ts'
import { askedWithIn } from './asked-with.ts'
import type { Coordinates, ReadRecords } from './entry.ts'
import { digest } from './keys.ts'

export interface Reading {
  readonly operationName: string | null
  readonly operationHash: string
  readonly isChange: boolean
  /** What is read and refused with the values of a request, by the operation's names. */
  named(values: Readonly<Record<string, unknown>>): Named
  /** The records in what the systems answered. */
  recordsIn(data: unknown): readonly ReadRecords[]
}

export interface Named {
  /** Whether something protected is read: then there is no answer without an entry. */
  readonly isProtected: boolean
  /** Null when nothing protected is read or refused. */
  readonly coordinates: { readonly hash: string; readonly coordinates: string } | null
}

/** Ways to ask with something protected that are kept of one operation. */
const maxNamed = 100

/** Keys that one entry lists, of each type. */
export const maxKeys = 100
const maxKeyLength = 200

export function readingOf({ operation, denied }: Prepared, generation: Generation): Reading {
  const { read, types } = protectedIn(operation, generation)
  const refused = [...new Set(denied.map(({ coordinate }) => coordinate))].toSorted()
  const askedWith = askedWithIn(operation, generation)
  const kept = new Map<string, Named>()
  return {
    operationName: operation.name?.value ?? null,
    operationHash: digest(print(operation)),
    isChange: operation.operation === 'mutation',
    named: (values) => {
      const more = askedWith(values)
      const key = more.join()
      const before = kept.get(key)
      if (before !== undefined) return before
      const made = namedOf({ read: [...new Set([...read, ...more])].toSorted(), refused })
      kept.set(key, made)
      dropOldest(kept, maxNamed)
      return made
    },
    recordsIn: walkOf(operation, { generation, types }),
  }
}

function namedOf(named: Coordinates): Named {
  const isProtected = named.read.length > 0
  const coordinates = JSON.stringify(named)
  return isProtected || named.refused.length > 0
    ? { isProtected, coordinates: { hash: digest(coordinates), coordinates } }
    : { isProtected, coordinates: null }
}

/** The coordinates that some rule protects, itself or by a type, and the types they stand on. */
function protectedIn(
  operation: OperationDefinitionNode,
  { apiSchema, policies: { requirements } }: Generation,
) {
  const read = new Set<string>()
  const types = new Set<string>()
  const info = new TypeInfo(apiSchema)
  visit(
    operation,
    visitWithTypeInfo(info, {
      Field({ name: { value: field } }) {
        const parent = info.getParentType()
        const returned = getNamedType(info.getType())?.name
        if (field.startsWith('__') || !parent) return
        for (const { name } of possibleTypes(apiSchema, parent)) {
          const rules = [name, `${name}.${field}`, returned ?? '']
          if (!rules.some((rule) => requirements.has(rule))) continue
          read.add(`${name}.${field}`)
          types.add(name)
        }
      },
    }),
  )
  return { read: [...read].toSorted(), types }
}

type Keys = ReadonlyMap<string, readonly (readonly string[])[]>

interface Node {
  /** The type that every value has; null where it says that itself. */
  readonly type: string | null
  readonly possible: ReadonlySet<string>
  /** What fields are called in the data, where not by their names. */
  readonly aliases: ReadonlyMap<string, string>
  readonly inner: readonly Inner[]
}

interface Inner {
  readonly name: string
  /** The types whose values have it; null: all. */
  readonly within: ReadonlySet<string> | null
  readonly node: Node
}

interface Walking {
  readonly generation: Generation
  readonly types: ReadonlySet<string>
}

function walkOf(
  operation: OperationDefinitionNode,
  { generation, types }: Walking,
): Reading['recordsIn'] {
  const { apiSchema } = generation
  const keys = keysOf(types, generation)
  const root = apiSchema.getRootType(operation.operation)
  if (keys.size === 0 || !root) return () => []
  const node = compile(root, operation.selectionSet.selections, { schema: apiSchema, keys })
  if (node === null) return () => []
  return (data) => {
    const found = new Map<string, Found>()
    collect(node, data, { keys, found })
    return [...found].map(([type, { listed, more, unkeyed }]) => ({
      type,
      keys: [...listed],
      more,
      unkeyed,
    }))
  }
}

/** The keys of these types, in any system. */
function keysOf(types: ReadonlySet<string>, { keys }: Generation): Keys {
  const found = new Map<string, Map<string, readonly string[]>>()
  for (const [at, each] of keys) {
    const type = at.slice(at.indexOf('|') + 1)
    if (!types.has(type)) continue
    const known = found.get(type) ?? new Map<string, readonly string[]>()
    for (const key of each) known.set(key.join(), key)
    found.set(type, known)
  }
  return new Map([...found].map(([type, known]) => [type, [...known.values()]]))
}

interface Compiling {
  readonly schema: GraphQLSchema
  readonly keys: Keys
}

/** Null when no record can be in it. */
function compile(
  type: GraphQLCompositeType,
  selections: readonly SelectionNode[],
  compiling: Compiling,
): Node | null {
  const { schema, keys } = compiling
  const possible = namesBehind(schema, type)
  const aliases = new Map<string, string>()
  const inner: Inner[] = []
  const add = (
    parent: GraphQLCompositeType,
    within: Inner['within'],
    selected: readonly SelectionNode[],
  ): void => {
    for (const selection of selected) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const narrowed = schema.getType(selection.typeCondition?.name.value ?? parent.name)
        if (isCompositeType(narrowed))
          add(narrowed, namesBehind(schema, narrowed), selection.selectionSet.selections)
      } else if (selection.kind === Kind.FIELD) {
        const { value: field } = selection.name
        const name = selection.alias?.value ?? field
        if (name !== field) aliases.set(field, name)
        const fields = 'getFields' in parent ? parent.getFields() : {}
        const returned = getNamedType(fields[field]?.type)
        if (!isCompositeType(returned)) continue
        const node = compile(returned, selection.selectionSet?.selections ?? [], compiling)
        if (node !== null) inner.push({ name, within, node })
      }
    }
  }
  add(type, null, selections)
  if (inner.length === 0 && ![...possible].some((name) => keys.has(name))) return null
  return { type: isAbstractType(type) ? null : type.name, possible, aliases, inner }
}

const namesBehind = (schema: GraphQLSchema, type: GraphQLCompositeType): ReadonlySet<string> =>
  new Set(
    isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name],
  )

interface Found {
  readonly listed: Set<string>
  more: number
  unkeyed: number
}

interface Collecting {
  readonly keys: Keys
  readonly found: Map<string, Found>
}

type Raw = Readonly<Record<string, unknown>>

function collect(node: Node, value: unknown, collecting: Collecting): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(node, item, collecting)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const raw = value as Raw // no list, so an object as a system answered it
  const type = node.type ?? typeSaid(node, raw)
  const keys = type === null ? undefined : collecting.keys.get(type)
  if (type !== null && keys !== undefined) note(raw, node, keys, foundOf(type, collecting.found))
  for (const { name, within, node: inner } of node.inner) {
    if (within === null || type === null || within.has(type)) collect(inner, raw[name], collecting)
  }
}

function typeSaid({ possible }: Node, raw: Raw): string | null {
  const said = raw['__typename']
  return typeof said === 'string' && possible.has(said) ? said : null
}

function foundOf(type: string, found: Map<string, Found>): Found {
  const known = found.get(type)
  if (known !== undefined) return known
  const made: Found = { listed: new Set(), more: 0, unkeyed: 0 }
  found.set(type, made)
  return made
}

/** Notes the first key that is there as a whole. Of a long list most are only counted. */
function note(
  raw: Raw,
  { aliases }: Node,
  keys: readonly (readonly string[])[],
  found: Found,
): void {
  const isFull = found.listed.size >= maxKeys
  for (const fields of keys) {
    let key = ''
    let isWhole = true
    for (const field of fields) {
      const value = raw[field] ?? raw[aliases.get(field) ?? field]
      isWhole = typeof value === 'string' || typeof value === 'number'
      if (!isWhole) break
      if (!isFull) key += `${key === '' ? '' : ','}${field}=${String(value)}`
    }
    if (!isWhole) continue
    if (isFull) found.more += 1
    else found.listed.add(key.slice(0, maxKeyLength))
    return
  }
  found.unkeyed += 1
}
