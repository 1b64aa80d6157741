/**
 * The cells of the deny matrix that are judged by a whole execution: who holds the right gets a value
 * and no error, who lacks it gets null, the error, and no plan that asks a system for the field. Only
 * where the demo data has a value; what could not be judged so is told.
 */
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
} from 'graphql'
import type { Principal } from '#shared/principal.ts'
import { openLimits } from '../../gateway/limits/limits.ts'
import { InvalidDocument } from '../../gateway/request/receive.ts'
import { answerFor, type Graph } from '../support/graph.ts'
import { valuesIn } from './row-matrix/differences.ts'
import { keyFinder } from './row-matrix/keys.ts'
import { keysOfRoot } from './row-matrix/questions.ts'
import type { Given } from './row-matrix/selection.ts'
import {
  bucketOf,
  fieldsOf,
  isConnection,
  isGroups,
  isList,
  type Field,
} from './row-matrix/shapes.ts'
import { argumentsWriter, argumentValues } from './row-matrix/values.ts'

/** A document that can be run, and where what is protected stands in its answer. */
export interface Executable {
  readonly document: string
  readonly path: readonly string[]
  /** The name by which a system would be asked for it. */
  readonly field: string
}

export interface Executables {
  /** The protected field, or any of a protected type, by a path that does not begin with `without`. */
  reading(coordinate: string, write: (field: string) => string, without?: string): Executable | null
  /** A field that is asked with an input. */
  asking(input: string): Executable | null
}

interface Step {
  readonly parent: GraphQLObjectType
  readonly field: Field
}

const atOnce = { first: '50', groupBy: '[]' }

export function executables(graph: Graph): Executables {
  const { apiSchema: schema } = graph.app.generation()
  const query = schema.getQueryType()
  if (!query) throw new TypeError('no Query')
  const values = argumentValues(graph)
  const write = argumentsWriter(values)
  const findKeys = keyFinder(graph, null)

  /** Fields from Query to a type, by a root that shows rows and needs the key of none. */
  const stepsTo = (type: string, without?: string): readonly Step[] | null => {
    const queue: { at: GraphQLObjectType; steps: readonly Step[] }[] = [{ at: query, steps: [] }]
    const seen = new Set([query.name])
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { at, steps } = next
      if (at.name === type) return steps
      for (const field of fieldsOf(at)) {
        const to = getNamedType(field.type)
        const isRoot = at === query
        if (!isObjectType(to) || seen.has(to.name)) continue
        if (isRoot && (field.name === without || !showsRows(field))) continue
        seen.add(to.name)
        queue.push({ at: to, steps: [...steps, { parent: at, field }] })
      }
    }
    return null
  }
  const written = ({ parent, field }: Step) =>
    `${field.name}${write(parent, field, parent === query ? { ...atOnce, ...keyOf(field) } : {})}`
  /** The key of some row, for a root that finds one. */
  const keyOf = (field: Field): Given => {
    const [key] = keysOfRoot(field)
    if (key === undefined) return {}
    const [row = {}] = findKeys(getNamedType(field.type).name, key).own
    return Object.fromEntries(key.map((name) => [name, JSON.stringify(row[name])]))
  }
  const nested = (steps: readonly Step[], inner: string) =>
    `{ ${[...steps.map(written), inner].join(' { ')}${' }'.repeat(steps.length)} }`
  const namesOf = (steps: readonly Step[]) => steps.map(({ field }) => field.name)

  return {
    reading: (coordinate, around, without) => {
      const [typeName = '', fieldName] = coordinate.split('.')
      const parent = schema.getType(typeName)
      const steps = stepsTo(typeName, without)
      if (!isObjectType(parent) || steps === null) return null
      if (without !== undefined && steps.length < 2) return null
      if (fieldName === undefined)
        return steps.length === 0
          ? null
          : {
              document: nested(steps, around('__typename')),
              path: namesOf(steps),
              field: namesOf(steps).at(-1) ?? '',
            }
      const field = parent.getFields()[fieldName]
      if (field === undefined) return null
      const inner = around(`${written({ parent, field })}${leavesOf(field)}`)
      return {
        document: nested(steps, inner),
        path: [...namesOf(steps), fieldName],
        field: fieldName,
      }
    },
    asking: (input) => {
      for (const parent of Object.values(schema.getTypeMap())) {
        if (!isObjectType(parent) || parent.name === 'Mutation') continue
        for (const field of fieldsOf(parent)) {
          for (const argument of field.args) {
            const isIt = `${parent.name}.${field.name}(${argument.name}:)` === input
            const value = isIt
              ? sampleOf(argument.type, values)
              : literalWith(argument.type, input, values)
            const steps = stepsTo(parent.name)
            if (value === null || steps === null || keysOfRoot(field).length > 0) continue
            const given = { ...atOnce, ...bucketOf(field), [argument.name]: value }
            const inner = `${field.name}${write(parent, field, given)}${leavesOf(field)}`
            return {
              document: nested(steps, inner),
              path: [...namesOf(steps), field.name],
              field: field.name,
            }
          }
        }
      }
      return null
    },
  }
}

const showsRows = ({ type }: Field): boolean =>
  isList(type) || [isConnection, isGroups].some((is) => is(getNamedType(type)))

/** As little as shows that there is something. */
function leavesOf(field: Field): string {
  const type = getNamedType(field.type)
  if (isConnection(type)) return ' { totalCount }'
  if (isGroups(type)) return ' { rows { __typename } truncated }'
  return isObjectType(type) ? ' { __typename }' : ''
}

type Values = ReadonlyMap<string, string>

/** Some value of a type. */
function sampleOf(type: GraphQLInputType, values: Values): string {
  if (isNonNullType(type)) return sampleOf(type.ofType, values)
  if (isListType(type)) return `[${sampleOf(type.ofType, values)}]`
  if (isEnumType(type)) return type.getValues()[0]?.name ?? ''
  if (isInputObjectType(type)) return objectWith(type, null, values)
  const samples: Readonly<Record<string, string>> = {
    Boolean: 'true', Int: '1', Float: '1', Decimal: '"1"', ID: '"1"', String: '"1"',
    Date: '"2026-01-01"', DateTime: '"2026-01-01T00:00:00Z"',
    CurrencyCode: values.get('currency: CurrencyCode!') ?? '""',
  } // prettier-ignore
  const sample = samples[type.name]
  if (sample === undefined)
    throw new Error(`no sample of ${type.name}: add it to ${import.meta.filename}`)
  return sample
}

/** An object with what it must have, and with a field more. */
function objectWith(
  type: Extract<GraphQLInputType, { getFields(): unknown }>,
  more: { readonly name: string; readonly value: string } | null,
  values: Values,
): string {
  const required = Object.values(type.getFields())
    .filter((field) => isRequiredInputField(field) && field.name !== more?.name)
    .map(({ name, type: inner }) => `${name}: ${sampleOf(inner, values)}`)
  const all = more === null ? required : [...required, `${more.name}: ${more.value}`]
  return `{ ${all.join(', ')} }`
}

/** A literal of the type that asks with the coordinate, or null when it cannot. */
function literalWith(
  type: GraphQLInputType,
  coordinate: string,
  values: Values,
  seen: readonly string[] = [],
): string | null {
  if (isNonNullType(type)) return literalWith(type.ofType, coordinate, values, seen)
  if (isListType(type)) {
    const inner = literalWith(type.ofType, coordinate, values, seen)
    return inner === null ? null : `[${inner}]`
  }
  if (isEnumType(type)) {
    return type.getValues().find(({ name }) => `${type.name}.${name}` === coordinate)?.name ?? null
  }
  if (!isInputObjectType(type) || seen.includes(type.name)) return null
  for (const { name, type: inner } of Object.values(type.getFields())) {
    const value =
      `${type.name}.${name}` === coordinate
        ? sampleOf(inner, values)
        : literalWith(inner, coordinate, values, [...seen, type.name])
    if (value !== null) return objectWith(type, { name, value }, values)
  }
  return null
}

/** Whether who holds the right gets a value; null where the demo data has none. */
export async function isGiven(
  graph: Graph,
  { document, path }: Executable,
  principal: Principal,
): Promise<boolean | null> {
  const { data, errors } = await answerFor(graph, principal, document)
  if (errors !== undefined) return false
  return hasValue(data, path) ? true : null
}

/** Whether who lacks the right gets null and the error, and no system is asked for it. */
export async function isWithheld(
  graph: Graph,
  { document, path, field }: Executable,
  principal: Principal,
): Promise<boolean> {
  try {
    const { data, errors = [] } = await answerFor(graph, principal, document)
    const isTold =
      errors.length > 0 &&
      errors.every(({ extensions }) => extensions['code'] === 'UNAUTHORIZED_FIELD_OR_TYPE')
    const { extensions } = await graph.app.execute({ document }, principal, {
      limits: openLimits,
      explained: true,
    })
    const explained = extensions?.['explain'] as { plan: string } | undefined // what explain answers
    const isAsked =
      !path.slice(0, -1).includes(field) &&
      new RegExp(`\\b${field}\\b`).test(explained?.plan ?? field)
    return isTold && !hasValue(data, path) && !isAsked
  } catch (error) {
    // A caller of another kind may have a schema that does not even have it.
    if (error instanceof InvalidDocument) return principal.audience !== 'EMPLOYEE'
    throw error
  }
}

const hasValue = (data: unknown, path: readonly string[]): boolean => {
  const at = path.join('.')
  return valuesIn(data).some((each) => each === at || each.startsWith(`${at}.`))
}
