/**
 * The variables with which a document may ask for something protected: only their values say whether
 * it does. Found once for a document; a request looks at these and at no others.
 */
import {
  isInputType,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import type { ProtectedInputs, Touch } from '#shared/rules/inputs.ts'
import { meets } from '#shared/rules/requirements.ts'
import type { Generation } from '../supergraph/generation.ts'
import { possibleFields } from './possible-fields.ts'

export interface ProtectedVariable {
  readonly name: string
  readonly type: GraphQLInputType
  /** Whether it stands where having a value at all asks with something protected. */
  readonly countsWhenGiven: boolean
}

/** What a variable asks with that the caller may not read; null when it has no value, and that counts. */
export type Asks = readonly string[] | null

export type VariableAsks = ReadonlyMap<string, Asks>

export function protectedVariables(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { apiSchema, policies }: Pick<Generation, 'apiSchema' | 'policies'>,
): readonly ProtectedVariable[] {
  const names = new Set<string>()
  const counting = new Set<string>()
  const inValue: Touch = () => undefined
  const types = new TypeInfo(apiSchema)
  visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const [parent, definition] = [types.getParentType(), types.getFieldDef()]
        if (!parent || !definition || definition.args.length === 0) return
        policies.protectedInputs.inArguments(
          possibleFields(apiSchema, parent, definition.name),
          definition.args,
          node.arguments ?? [],
          inValue,
          (name, touch) => {
            names.add(name)
            if (touch !== inValue) counting.add(name)
            return true
          },
        )
      },
    }),
  )
  return [...inputTypesOf(operation, apiSchema)].flatMap(([name, type]) =>
    names.has(name) ? [{ name, type, countsWhenGiven: counting.has(name) }] : [],
  )
}

/** The types of an operation's variables, by name. */
export const inputTypesOf = (
  { variableDefinitions = [] }: OperationDefinitionNode,
  schema: GraphQLSchema,
): ReadonlyMap<string, GraphQLInputType> =>
  new Map(
    variableDefinitions.flatMap(({ variable, type }): readonly [string, GraphQLInputType][] => {
      const known = typeFromAST(schema, type)
      return isInputType(known) ? [[variable.name.value, known]] : []
    }),
  )

/** What each of them asks with for this caller. */
export function variableAsks(
  variables: readonly ProtectedVariable[],
  values: Readonly<Record<string, unknown>>,
  inputs: ProtectedInputs,
  held: ReadonlySet<string>,
): VariableAsks {
  return new Map(
    variables.map(({ name, type, countsWhenGiven }): [string, Asks] => {
      const value = values[name]
      if (value === null || value === undefined) return [name, countsWhenGiven ? null : []]
      const denied = new Set<string>()
      inputs.inValue(type, value, (coordinate) => {
        if (!meets(held, inputs.requirements.get(coordinate))) denied.add(coordinate)
      })
      return [name, [...denied].toSorted()]
    }),
  )
}

/** Tells apart what is prepared for one way that the variables fall from the others. */
export const asksKey = (asks: VariableAsks): string =>
  asks.size === 0
    ? ''
    : [...asks.values()].map((each) => (each === null ? '-' : each.join(','))).join('|')
