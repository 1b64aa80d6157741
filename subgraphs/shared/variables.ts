/**
 * Variables coerced as the GraphQL specification says (section 6.1.2). Most questions bring texts and
 * numbers for built-in scalars: where each value is what coercion would make of it, it is taken as it is.
 * All else, and all that is wrong, is left to graphql-js.
 */
import {
  getNullableType,
  getVariableValues,
  isInputType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
  typeFromAST,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql'

type Values = Readonly<Record<string, unknown>>

export interface CoercionOptions {
  /** Errors that are reported. */
  readonly maxErrors: number
  /** Whether errors name nothing that is close to what was given; false by default. */
  readonly hideSuggestions?: boolean
}

export type Coerce = (
  given: Values,
  options: CoercionOptions,
) => ReturnType<typeof getVariableValues>

/** Values that built-in scalars take as they are (sections 3.5.1 to 3.5.5). */
const isTaken: Readonly<Record<string, (value: unknown) => boolean>> = {
  Int: (value) => typeof value === 'number' && (value | 0) === value,
  Float: (value) => typeof value === 'number' && Number.isFinite(value),
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  ID: (value) => typeof value === 'string',
}

/** Made once for an operation. */
export function compileCoercion(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[] = [],
): Coerce {
  const known = definitions.map((definition) => expectedOf(schema, definition))
  return (given, options) => {
    const coerced = Object.create(null) as Record<string, unknown> // it has no names of its own
    for (const { name, mayBeLeftOut, takes } of known) {
      const isGiven = Object.hasOwn(given, name)
      if (!isGiven && mayBeLeftOut) continue
      const value = given[name]
      if (!isGiven || !takes(value)) return getVariableValues(schema, definitions, given, options)
      coerced[name] = value
    }
    return { coerced }
  }
}

function expectedOf(
  schema: GraphQLSchema,
  { variable, type: node, defaultValue }: VariableDefinitionNode,
) {
  const type = typeFromAST(schema, node)
  const nullable = getNullableType(type)
  const isBuiltIn = isScalarType(nullable) && isSpecifiedScalarType(nullable)
  return {
    name: variable.name.value,
    mayBeLeftOut: defaultValue === undefined && isInputType(type) && !isNonNullType(type),
    takes: (isBuiltIn ? isTaken[nullable.name] : undefined) ?? (() => false),
  }
}
