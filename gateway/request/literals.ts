/**
 * Lifts the values written into an operation out of it: `orders(first: 10)` becomes
 * `orders(first: $isthmus_value_0)`. Questions that differ by a value then share a plan and a program.
 */
import {
  Kind,
  parseType,
  TypeInfo,
  valueFromAST,
  visit,
  visitWithTypeInfo,
  getNamedType,
  isInputObjectType,
  isScalarType,
  isSpecifiedScalarType,
  print,
  type FloatValueNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type IntValueNode,
  type OperationDefinitionNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql'

export interface Lifted {
  readonly operation: OperationDefinitionNode
  /** What the new variables stand for. */
  readonly values: Readonly<Record<string, unknown>>
}

const prefix = 'isthmus_value_'

export function liftLiterals(operation: OperationDefinitionNode, schema: GraphQLSchema): Lifted {
  const types = new TypeInfo(schema)
  const values: Record<string, unknown> = {}
  const definitions: VariableDefinitionNode[] = []
  // The same value of the same type is one variable: equal fields must stay equal.
  const known = new Map<string, string>()
  const nameOf = (type: GraphQLInputType, value: ValueNode): string => {
    const key = `${String(type)} ${print(value)}`
    const before = known.get(key)
    if (before !== undefined) return before
    const name = `${prefix}${known.size}`
    known.set(key, name)
    values[name] = valueFromAST(value, type)
    definitions.push({
      kind: Kind.VARIABLE_DEFINITION,
      variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
      type: parseType(String(type), { noLocation: true }),
    })
    return name
  }
  const lifted: OperationDefinitionNode = visit(
    operation,
    visitWithTypeInfo(types, {
      // Directives are the schema's own matter; introspection is answered here.
      Directive: () => false,
      VariableDefinition: () => false,
      Field: ({ name }) => (name.value.startsWith('__') ? false : undefined),
      Argument(node) {
        const type = types.getInputType()
        if (type == null || !isLiftable(node.value, type)) return undefined
        const name = nameOf(type, node.value)
        return {
          ...node,
          value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
        }
      },
    }),
  )
  return {
    operation: {
      ...lifted,
      variableDefinitions: [...(lifted.variableDefinitions ?? []), ...definitions],
    },
    values,
  }
}

function isLiftable(value: ValueNode, type: GraphQLInputType): boolean {
  return value.kind !== Kind.NULL && isPlain(value) && keepsDigits(value, type)
}

/** Whether no variable is in it. */
function isPlain(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.every(isPlain)
  if (value.kind === Kind.OBJECT) return value.fields.every((field) => isPlain(field.value))
  return value.kind !== Kind.VARIABLE
}

/** A number written for a scalar of their own could lose digits on the way through a JSON number. */
function keepsDigits(value: ValueNode, type: GraphQLInputType): boolean {
  const named = getNamedType(type)
  if (isScalarType(named) && !isSpecifiedScalarType(named)) return !hasNumber(value)
  if (value.kind === Kind.LIST) return value.values.every((each) => keepsDigits(each, named))
  if (value.kind === Kind.OBJECT && isInputObjectType(named)) {
    const fields = named.getFields()
    return value.fields.every(({ name, value: inner }) => {
      const field = fields[name.value]
      return field !== undefined && keepsDigits(inner, field.type)
    })
  }
  // What is beyond every number of JSON would be sent as null.
  return !isNumber(value) || Number.isFinite(Number(value.value))
}

function hasNumber(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.some(hasNumber)
  if (value.kind === Kind.OBJECT) return value.fields.some((field) => hasNumber(field.value))
  return isNumber(value)
}

const isNumber = (value: ValueNode): value is IntValueNode | FloatValueNode =>
  value.kind === Kind.INT || value.kind === Kind.FLOAT
