/**
 * The one meaning of the data, shared by the single schema and by every subgraph: what a field of an
 * object is, given its arguments and what it requires. All of it is a pure function of stored values,
 * so that a wrong argument or a wrong required value shows as a wrong answer.
 */
import { createHash } from 'node:crypto'
import {
  getArgumentValues,
  isInterfaceType,
  isObjectType,
  Kind,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql'
import type { Data, Stored, StoredObject } from './case.ts'
import { isInKey, type Catalogue } from './catalogue.ts'

/** An object at one place of an answer, as the resolvers pass it on. */
export interface Place {
  readonly object: StoredObject
  /** What the gateway sent for it; undefined when it was reached by a field. */
  readonly representation?: Readonly<Record<string, unknown>> | undefined
  /** External fields that the field it was reached by provides. */
  readonly provided?: SelectionSetNode | undefined
}

export const isPlace = (value: unknown): value is Place =>
  typeof value === 'object' && value !== null && 'object' in value

type Parameters = Readonly<Record<string, unknown>>

/** The value of a field: leaves as they are, objects as places. */
export function valueOf(data: Data, stored: Stored | undefined, parameters: Parameters): unknown {
  if (stored === undefined || stored === null) return null
  if (Object.keys(parameters).length === 0) return placed(data, firstOf(stored))
  const mark = digest(parameters)
  if (Array.isArray(stored)) return placed(data, rotated(stored as readonly Stored[], mark))
  if (typeof stored === 'object' && 'any' in stored) {
    return placed(data, stored.any[mark % stored.any.length] ?? null)
  }
  return placed(data, marked(stored, mark))
}

const firstOf = (stored: Stored): Stored =>
  typeof stored === 'object' && stored !== null && 'any' in stored
    ? (stored.any[0] ?? null)
    : stored

/** A leaf that shows its parameters, of the same type as before. */
function marked(leaf: Stored, mark: number): Stored {
  if (typeof leaf === 'string') return isEnumLike(leaf) ? leaf : `${leaf}~${mark}`
  if (typeof leaf === 'number') return Number.isInteger(leaf) ? leaf + mark : leaf + mark + 0.5
  if (typeof leaf === 'boolean') return mark % 2 === 0
  return leaf
}

function rotated(list: readonly Stored[], mark: number): readonly Stored[] {
  const by = mark % (list.length + 1)
  return [...list.slice(by), ...list.slice(0, by)].map((each) =>
    typeof each === 'string' || typeof each === 'number' ? marked(each, mark) : each,
  )
}

/** Values of enums are written in capitals and stay what they are. */
const isEnumLike = (text: string): boolean => /^[A-Z_]+$/.test(text)

function placed(data: Data, stored: Stored): unknown {
  if (Array.isArray(stored)) return stored.map((each: Stored) => placed(data, each))
  if (typeof stored !== 'object' || stored === null) return stored
  if ('json' in stored) return stored.json
  if (!('ref' in stored)) return null
  const object = data[stored.ref]
  return object === undefined ? null : { object }
}

/** A number below 1000 that stands for any JSON value, whatever the order of its names. */
export const digest = (value: unknown): number =>
  createHash('sha1').update(stableText(value)).digest().readUInt16BE(0) % 1000

export const stableText = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? 'undefined'

/** A field of an object as one who sees all data knows it. */
export interface Whole {
  readonly data: Data
  readonly catalogue: Catalogue
  /** A schema that knows every field that is resolved, to read arguments with. */
  readonly schema: GraphQLSchema
}

export function wholeValue(
  whole: Whole,
  object: StoredObject,
  field: string,
  args: Parameters,
): unknown {
  const resolvers = whole.catalogue.resolvers(object.type, field)
  const present = resolvers.filter(({ subgraph }) => object.absentIn?.includes(subgraph) !== true)
  if (resolvers.length > 0 && present.length === 0) return null
  const requires = resolvers.find(({ declared }) => declared.requires !== null)?.declared.requires
  return valueOf(
    whole.data,
    object.fields[field],
    requires == null ? args : { ...args, __required: projectObject(whole, object, requires) },
  )
}

/** What `@requires` selects, from all data. */
function projectObject(
  whole: Whole,
  object: StoredObject,
  selectionSet: SelectionSetNode,
): Readonly<Record<string, unknown>> {
  const type = whole.schema.getType(object.type)
  const out: Record<string, unknown> = {}
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const on = selection.typeCondition?.name.value
      if (
        on === undefined ||
        on === object.type ||
        whole.catalogue.possible(on).includes(object.type)
      )
        Object.assign(out, projectObject(whole, object, selection.selectionSet))
      continue
    }
    if (selection.kind !== Kind.FIELD || selection.name.value === '__typename') continue
    const name = selection.name.value
    const definition =
      isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined
    const args = definition === undefined ? {} : getArgumentValues(definition, selection)
    const value = wholeValue(whole, object, name, args)
    const inner = selection.selectionSet
    out[name] =
      inner === undefined
        ? value
        : mapPlaces(value, (place) => projectObject(whole, place.object, inner))
  }
  return out
}

function mapPlaces(value: unknown, map: (place: Place) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => mapPlaces(each, map))
  return isPlace(value) ? map(value) : value
}

/** What `@requires` selects, where the field that led here provides all of it; null when it does not. */
export function projectProvided(
  data: Data,
  object: StoredObject,
  requires: SelectionSetNode,
  provided: SelectionSetNode | undefined,
): Readonly<Record<string, unknown>> | null {
  const out: Record<string, unknown> = {}
  for (const selection of requires.selections) {
    if (selection.kind !== Kind.FIELD || (selection.arguments ?? []).length > 0) return null
    const name = selection.name.value
    const there = provided?.selections.find(
      (each) => each.kind === Kind.FIELD && each.name.value === name,
    )
    if (there?.kind !== Kind.FIELD) return null
    const value = valueOf(data, object.fields[name], {})
    const { selectionSet } = selection
    out[name] =
      selectionSet === undefined
        ? value
        : mapPlaces(value, (place) =>
            projectProvided(data, place.object, selectionSet, there.selectionSet),
          )
  }
  return out
}

/** What `@requires` selects, from what the gateway sent; a field that was not sent is marked. */
export function projectSent(
  sent: Readonly<Record<string, unknown>>,
  selectionSet: SelectionSetNode,
  isOf: (type: string | undefined, condition: string) => boolean,
): Readonly<Record<string, unknown>> {
  const out: Record<string, unknown> = {}
  const typename = typeof sent['__typename'] === 'string' ? sent['__typename'] : undefined
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const on = selection.typeCondition?.name.value
      if (on === undefined || isOf(typename, on))
        Object.assign(out, projectSent(sent, selection.selectionSet, isOf))
      continue
    }
    if (selection.kind !== Kind.FIELD || selection.name.value === '__typename') continue
    const name = selection.name.value
    if (!(name in sent)) {
      throw new Error(`the representation lacks ${name}, which is required`)
    }
    const inner = selection.selectionSet
    out[name] = inner === undefined ? sent[name] : projectInner(sent[name], inner, isOf)
  }
  return out
}

function projectInner(
  value: unknown,
  selectionSet: SelectionSetNode,
  isOf: (type: string | undefined, condition: string) => boolean,
): unknown {
  if (Array.isArray(value)) return value.map((each) => projectInner(each, selectionSet, isOf))
  if (typeof value !== 'object' || value === null) return value
  return projectSent(value as Readonly<Record<string, unknown>>, selectionSet, isOf) // an object
}

/** The object that a representation means to a subgraph: all keys that are there must agree. */
export function objectFor(
  data: Data,
  known: Catalogue,
  subgraph: string,
  representation: Readonly<Record<string, unknown>>,
): StoredObject | null {
  const name = String(representation['__typename'])
  const type = known.declared.get(subgraph)?.get(name)
  if (type === undefined) throw new Error(`${subgraph} does not know ${name}`)
  const usable = type.keys.filter(
    ({ selection, resolvable }) => resolvable && matchesShape(representation, selection),
  )
  if (usable.length === 0) {
    throw new Error(
      `${subgraph} resolves no key of ${name} by ${JSON.stringify(Object.keys(representation))}`,
    )
  }
  const possible = new Set(known.possible(name))
  const found = Object.values(data).find(
    (object) =>
      possible.has(object.type) &&
      object.absentIn?.includes(subgraph) !== true &&
      usable.every(({ selection }) => agrees(data, object, selection, representation)),
  )
  return found ?? null
}

const matchesShape = (sent: unknown, selection: SelectionSetNode): boolean =>
  typeof sent === 'object' &&
  sent !== null &&
  selection.selections.every((each) => {
    if (each.kind !== Kind.FIELD) return true
    const value = (sent as Readonly<Record<string, unknown>>)[each.name.value]
    if (value === undefined || value === null) return false
    return each.selectionSet === undefined || matchesShape(value, each.selectionSet)
  })

function agrees(
  data: Data,
  object: StoredObject,
  selection: SelectionSetNode,
  sent: Readonly<Record<string, unknown>>,
): boolean {
  return selection.selections.every((each) => {
    if (each.kind !== Kind.FIELD) return true
    const own = valueOf(data, object.fields[each.name.value], {})
    const given = sent[each.name.value]
    if (each.selectionSet === undefined) return own === given
    return (
      isPlace(own) &&
      typeof given === 'object' &&
      given !== null &&
      agrees(data, own.object, each.selectionSet, given as Readonly<Record<string, unknown>>)
    )
  })
}

export const isKeyField = (known: Catalogue, subgraph: string, type: string, field: string) => {
  const declared = known.declared.get(subgraph)?.get(type)
  return declared !== undefined && isInKey(declared, field)
}
