/**
 * Which protected things the arguments of a field ask with: a filter, an order or a measure that reads
 * what the caller may not read would tell it. What can reach nothing protected is not looked at.
 */
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  valueFromAST,
  type ArgumentNode,
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  type ValueNode,
} from 'graphql'
import type { Requirements } from './requirements.ts'
import type { Rules } from './rules.ts'

/** Told of each protected coordinate that is asked with. */
export type Touch = (coordinate: string) => void

/** Whether a variable has a value; touches what is in it. A document alone does not say. */
export type OfVariable = (name: string, touch: Touch) => boolean

/** The coordinate of a field, or several where it may be any of them. */
type Fields = readonly string[]

export interface ProtectedInputs {
  /** What the coordinates need. */
  readonly requirements: Requirements
  /** Whether any argument asks with something protected, whatever its value. */
  anyOf(fields: Fields, definitions: readonly GraphQLArgument[]): boolean
  /** Looks through a value that graphql-js has checked. */
  inValue(type: GraphQLInputType, value: unknown, touch: Touch): void
  /** Looks through the arguments of a field as they are written. */
  inArguments(
    fields: Fields,
    definitions: readonly GraphQLArgument[],
    given: readonly ArgumentNode[],
    touch: Touch,
    ofVariable: OfVariable,
  ): void
  /** Looks through the arguments of a field as a resolver gets them. */
  inArgumentValues(
    field: string,
    definitions: readonly GraphQLArgument[],
    values: Readonly<Record<string, unknown>>,
    touch: Touch,
  ): void
}

const nothing: Touch = () => undefined

export function protectedInputs(
  { inputs, requirements }: Rules,
  schema: GraphQLSchema,
): ProtectedInputs {
  const needs: Requirements = new Map([...requirements, ...inputs])
  const reaching = typesThatReach(needs, schema)
  const reaches = (type: GraphQLInputType) => reaching.has(getNamedType(type).name)
  const touchIf = (coordinate: string, touch: Touch) => {
    if (needs.has(coordinate)) touch(coordinate)
  }

  /** Several names may stand for one value inside: then all of them are meant. */
  const touchEnum = (type: GraphQLEnumType, value: unknown, touch: Touch) => {
    for (const each of type.getValues()) {
      if (each.value === value) touchIf(`${type.name}.${each.name}`, touch)
    }
  }

  const inValue: ProtectedInputs['inValue'] = (type, value, touch) => {
    if (value === null || value === undefined || !reaches(type)) return
    if (isNonNullType(type)) inValue(type.ofType, value, touch)
    else if (isListType(type)) {
      for (const each of Array.isArray(value) ? value : [value]) inValue(type.ofType, each, touch)
    } else {
      touchIf(type.name, touch)
      if (isEnumType(type)) touchEnum(type, value, touch)
      if (!isInputObjectType(type)) return
      for (const field of Object.values(type.getFields())) {
        const inner = (value as Readonly<Record<string, unknown>>)[field.name]
        if (inner === null || inner === undefined) continue
        touchIf(`${type.name}.${field.name}`, touch)
        inValue(field.type, inner, touch)
      }
    }
  }

  const inLiteral = (
    type: GraphQLInputType,
    node: ValueNode,
    touch: Touch,
    ofVariable: OfVariable,
  ): void => {
    if (node.kind === Kind.NULL || !reaches(type)) return
    if (node.kind === Kind.VARIABLE) ofVariable(node.name.value, touch)
    else if (isNonNullType(type)) inLiteral(type.ofType, node, touch, ofVariable)
    else if (isListType(type)) {
      const nodes = node.kind === Kind.LIST ? node.values : [node]
      for (const each of nodes) inLiteral(type.ofType, each, touch, ofVariable)
    } else {
      touchIf(type.name, touch)
      if (isEnumType(type)) touchEnum(type, valueFromAST(node, type), touch)
      if (!isInputObjectType(type) || node.kind !== Kind.OBJECT) return
      const given = new Map(node.fields.map((each) => [each.name.value, each.value]))
      for (const field of Object.values(type.getFields())) {
        const coordinates = [`${type.name}.${field.name}`]
        inPlace(coordinates, field, given.get(field.name), touch, ofVariable)
      }
    }
  }

  /** A field of an input or an argument, and what is written there. */
  const inPlace = (
    coordinates: Fields,
    { type, defaultValue }: GraphQLInputField | GraphQLArgument,
    node: ValueNode | undefined,
    touch: Touch,
    ofVariable: OfVariable,
  ): void => {
    const isProtected = coordinates.some((each) => needs.has(each))
    if ((!isProtected && !reaches(type)) || node?.kind === Kind.NULL) return
    const dependsOn =
      node?.kind === Kind.VARIABLE && (isProtected || defaultValue !== undefined)
        ? node.name.value
        : null
    const isGiven = node !== undefined && (dependsOn === null || ofVariable(dependsOn, nothing))
    if (!isGiven && defaultValue === undefined) return
    for (const each of coordinates) touchIf(each, touch)
    // A variable without a value leaves the default in force.
    if (!isGiven) inValue(type, defaultValue, touch)
    else inLiteral(type, node, touch, ofVariable)
  }

  return {
    requirements: needs,
    anyOf: (fields, definitions) =>
      definitions.some(
        ({ name, type }) =>
          reaches(type) || fields.some((field) => needs.has(`${field}(${name}:)`)),
      ),
    inValue,
    inArguments: (fields, definitions, given, touch, ofVariable) => {
      for (const definition of definitions) {
        const node = given.find(({ name }) => name.value === definition.name)?.value
        const coordinates = fields.map((field) => `${field}(${definition.name}:)`)
        inPlace(coordinates, definition, node, touch, ofVariable)
      }
    },
    inArgumentValues: (field, definitions, values, touch) => {
      for (const { name, type } of definitions) {
        const value = values[name]
        if (value === null || value === undefined) continue
        touchIf(`${field}(${name}:)`, touch)
        inValue(type, value, touch)
      }
    },
  }
}

/** The names of the types of which some value asks with something protected. */
function typesThatReach(needs: Requirements, schema: GraphQLSchema): ReadonlySet<string> {
  const types = Object.values(schema.getTypeMap())
  const found = new Set(types.map(({ name }) => name).filter((name) => needs.has(name)))
  for (let size = -1; size !== found.size;) {
    size = found.size
    for (const type of types) {
      const parts = isEnumType(type)
        ? type.getValues().map(({ name }) => `${type.name}.${name}`)
        : isInputObjectType(type)
          ? Object.values(type.getFields()).map(({ name }) => `${type.name}.${name}`)
          : []
      const inner = isInputObjectType(type)
        ? Object.values(type.getFields()).map((field) => getNamedType(field.type).name)
        : []
      if (parts.some((part) => needs.has(part)) || inner.some((name) => found.has(name)))
        found.add(type.name)
    }
  }
  return found
}
