/**
 * What is sent of entities: for each kind of entity a function, made once, that writes its
 * representation as text. Equal texts are sent once; an entity without a key is not sent at all.
 */
import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  getNamedType,
  getNullableType,
  isListType,
  isNonNullType,
  type GraphQLOutputType,
} from 'graphql'
import type { EntityKeys } from '../supergraph/entity-keys.ts'
import type { SentSelection } from '../supergraph/required-variants.ts'
import { fits } from './leaves.ts'
import { isRaw, type Raw } from './run.ts'
import type { TypeConditions } from './types.ts'

type Rewrite = NonNullable<FetchNode['inputRewrites']>[number]

/** What stands at a place instead of the number of a representation. */
export const place = {
  /** The fetch is not about entities of this type. */
  unconcerned: -1,
  /** No key: the system cannot know it, its fields are null. */
  withoutKey: -2,
  /** An input is missing because the system that has it failed. */
  withoutInput: -3,
} as const

export interface Batch {
  /** The representations as JSON, each once. */
  readonly texts: readonly string[]
  /** For each entity the number of its representation, or one of `place`. */
  readonly places: readonly number[]
}

export interface RepresentationOptions {
  readonly node: FetchNode
  readonly keys: EntityKeys
  readonly types: TypeConditions
}

interface Writer {
  /** The representation's text, or one of `place`. */
  readonly write: (entity: Raw) => string | number
  /** What alone tells representations apart, when it is one field. */
  readonly by: Distinction | null
}

interface Distinction {
  readonly field: string
  /** Representations of equal sort and equal value have equal texts, and no others have those. */
  readonly sort: string
}

const noWriter = (at: number): Writer => ({ write: () => at, by: null })

export function compileRepresentations(
  options: RepresentationOptions,
): (entities: readonly Raw[], only: ReadonlySet<Raw> | null) => Batch {
  const writers = new Map<string, Writer>()
  const writerOf = (typename: string): Writer => {
    const known = writers.get(typename)
    if (known !== undefined) return known
    const made = compileEntity(typename, options)
    writers.set(typename, made)
    return made
  }
  return (entities, only) => {
    const texts: string[] = []
    const number = (written: string | number): number =>
      typeof written === 'number' ? written : texts.push(written) - 1
    const byText = new Map<string, number>()
    const bySort = new Map<string, Map<string, number>>()
    const numbersOf = (sort: string): Map<string, number> => {
      const known = bySort.get(sort)
      if (known !== undefined) return known
      const made = new Map<string, number>()
      bySort.set(sort, made)
      return made
    }
    // Most lists are of one type, whose writer need not be looked for again.
    let lastName: string | undefined
    let writer = noWriter(place.withoutInput)
    let numbers = byText
    const places = entities.map((entity) => {
      if (only !== null && !only.has(entity)) return place.unconcerned
      const typename = entity['__typename']
      if (typeof typename !== 'string') return place.withoutInput
      if (typename !== lastName) {
        lastName = typename
        writer = writerOf(typename)
        numbers = writer.by === null ? byText : numbersOf(writer.by.sort)
      }
      // Where one field tells them apart, its value is found sooner than the text that it gives.
      const value = writer.by === null ? undefined : entity[writer.by.field]
      if (typeof value === 'string') {
        const before = numbers.get(value)
        if (before !== undefined) return before
        const made = number(writer.write(entity))
        numbers.set(value, made)
        return made
      }
      const written = writer.write(entity)
      if (typeof written === 'number') return written
      const before = byText.get(written)
      if (before !== undefined) return before
      const made = number(written)
      byText.set(written, made)
      return made
    })
    return { texts, places }
  }
}

/** A field of a representation: where its value is, what it is called, and what is below it. */
interface Written {
  readonly from: string
  readonly to: string
  readonly inner: readonly QueryPlanSelectionNode[] | null
  /** The type that the schema declares, as far as it is known. */
  readonly named?: string
  /** Written instead of the value. */
  readonly constant?: string
  /** Whether a null in its place is a fault of the system that answered it. */
  readonly mayNotBeNull?: boolean
  /** Whether a system may have answered that value. */
  readonly fits?: (value: unknown) => boolean
}

function compileEntity(typename: string, { node, keys, types }: RepresentationOptions): Writer {
  const fields = fieldsFor(typename, node.requires ?? [], types)
  const written = fields.map((field) => rewritten(field, typename, node.inputRewrites ?? [], types))
  if (!written.some(({ to }) => to === '__typename')) return noWriter(place.unconcerned)
  const sentAs = written.find(({ to }) => to === '__typename')?.constant
  const own = keys.get(`${node.serviceName}|${sentAs ? (JSON.parse(sentAs) as string) : typename}`)
  const given = new Set(written.map(({ to }) => to))
  // Of the keys that the system resolves, those that the plan gives it.
  const usable = (own ?? []).filter((key) => key.every((field) => given.has(field)))
  const froms = new Map(written.map(({ to, from }) => [to, from]))
  // A system that does not have the type cannot be asked for an entity of it.
  if (own === undefined) return noWriter(place.unconcerned)
  // A key that the system does not resolve would be answered wrongly, if at all.
  if (usable.length === 0) return noWriter(place.withoutInput)
  const keyFields = usable.map((key) => key.map((field) => froms.get(field) ?? field))
  const keyNames = usable.flat()
  const write = compileObject(written, types)
  const told = written.filter(({ to, constant }) => to !== '__typename' && constant === undefined)
  const [only] = told
  const by =
    told.length === 1 && only?.inner === null
      ? { field: only.from, sort: `${sentAs ?? typename} ${only.to}` }
      : null
  const writeEntity = (entity: Raw): string | number => {
    const text = write(entity)
    if (text === undefined) return place.withoutInput
    const isKnown =
      keyFields.length === 0 ||
      keyFields.some((key) => key.every((field) => isWhole(entity[field])))
    if (isKnown) return text
    // A null where none may be is no "unknown here", it is a fault of the system that answered it.
    return keyNames.some((field) =>
      hasWrongNull(entity[froms.get(field) ?? field], types.typeOf(typename, field), types),
    )
      ? place.withoutInput
      : place.withoutKey
  }
  return { write: writeEntity, by }
}

/** Whether there is a null where the schema has none, at the value or in it. */
function hasWrongNull(
  value: unknown,
  type: GraphQLOutputType | undefined,
  types: TypeConditions,
): boolean {
  if (type === undefined || value === undefined) return false
  if (value === null) return isNonNullType(type)
  if (Array.isArray(value)) {
    const list = getNullableType(type)
    return isListType(list) && value.some((item) => hasWrongNull(item, list.ofType, types))
  }
  if (!isRaw(value)) return false
  const { name } = getNamedType(type)
  return Object.entries(value).some(([field, inner]) =>
    hasWrongNull(inner, types.typeOf(name, field), types),
  )
}

/** Whether a key's value has no null in it. */
const isWhole = (value: unknown): boolean => {
  if (value === null || value === undefined) return false
  return isRaw(value) ? Object.values(value).every(isWhole) : true
}

/** The fields that are written of a value of that type, fragments on other types left out. */
function fieldsFor(
  typename: string | undefined,
  selections: readonly QueryPlanSelectionNode[],
  types: TypeConditions,
): readonly Written[] {
  const fields = new Map<string, Written>()
  const add = (selected: readonly QueryPlanSelectionNode[]): void => {
    for (const selection of selected) {
      if (selection.kind === 'InlineFragment') {
        const { typeCondition } = selection
        if (typeCondition === undefined || typename === undefined) continue
        if (types.meets(typename, typeCondition)) add(selection.selections)
        continue
      }
      const from = selection.alias ?? selection.name
      const { sentAs = from } = selection as SentSelection // ours, on the planner's
      const before = fields.get(from)?.inner ?? []
      const inner = selection.selections ? [...before, ...selection.selections] : null
      const type = typename === undefined ? undefined : types.typeOf(typename, sentAs)
      fields.set(from, {
        from,
        to: sentAs,
        inner,
        ...(type === undefined
          ? {}
          : { named: getNamedType(type).name, mayNotBeNull: isNonNullType(type) }),
        ...(type === undefined || inner !== null ? {} : { fits: fits(type) }),
      })
    }
  }
  add(selections)
  return [...fields.values()]
}

function rewritten(
  field: Written,
  typename: string,
  rewrites: readonly Rewrite[],
  types: TypeConditions,
): Written {
  return rewrites.reduce((changed, rewrite) => {
    const [condition = '', name] = rewrite.path
    const isHere =
      rewrite.path.length === 2 &&
      name === field.from &&
      types.meets(typename, condition.replace('... on ', ''))
    if (!isHere) return changed
    return rewrite.kind === 'ValueSetter'
      ? { ...changed, constant: JSON.stringify(rewrite.setValueTo) }
      : { ...changed, to: rewrite.renameKeyTo }
  }, field)
}

function compileObject(
  fields: readonly Written[],
  types: TypeConditions,
): (value: Raw) => string | undefined {
  const writers = fields.map(
    ({ from, to, inner, named, mayNotBeNull, constant, fits: isFitting }, at) => {
      const head = `${at === 0 ? '' : ','}${JSON.stringify(to)}:`
      const whole = constant === undefined ? undefined : head + constant
      const write = inner === null ? leafWriter(isFitting) : compileInner(inner, named, types)
      return { from, head, whole, mayNotBeNull, write }
    },
  )
  return (value) => {
    let text = '{'
    for (const { from, head, whole, mayNotBeNull, write } of writers) {
      if (whole !== undefined) text += whole
      else {
        const came = value[from]
        const written = came === null && mayNotBeNull === true ? undefined : write(came)
        if (written === undefined) return undefined
        text += head + written
      }
    }
    return `${text}}`
  }
}

const leafWriter =
  (isFitting: Written['fits']) =>
  (value: unknown): string | undefined =>
    value === undefined || isFitting?.(value) === false ? undefined : JSON.stringify(value)

/** `named` is the declared type: it tells what a value may be where the system did not say its type. */
function compileInner(
  selections: readonly QueryPlanSelectionNode[],
  named: string | undefined,
  types: TypeConditions,
): (value: unknown) => string | undefined {
  const byType = new Map<string | undefined, (value: Raw) => string | undefined>()
  const write = (value: unknown): string | undefined => {
    if (value === null || value === undefined) return value === null ? 'null' : undefined
    if (Array.isArray(value)) {
      const items = value.map(write)
      return items.includes(undefined) ? undefined : `[${items.join(',')}]`
    }
    if (!isRaw(value)) return undefined
    const typename = typeof value['__typename'] === 'string' ? value['__typename'] : undefined
    const known = byType.get(typename)
    if (known !== undefined) return known(value)
    const fields = fieldsFor(typename ?? named, selections, types)
    // What is asked by type is told with its type.
    const isByType = selections.some(({ kind }) => kind === 'InlineFragment')
    const made = compileObject(
      isByType && typename !== undefined && !fields.some(({ to }) => to === '__typename')
        ? [{ from: '__typename', to: '__typename', inner: null }, ...fields]
        : fields,
      types,
    )
    byType.set(typename, made)
    return made(value)
  }
  return write
}
