/** `__schema` and `__type`, answered from the API schema by graphql-js, once for each operation. */
import {
  executeSync,
  Kind,
  OperationTypeNode,
  visit,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import type { Run } from './run.ts'

export function introspection(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): (field: FieldNode, run: Run) => unknown {
  const known = new Map<FieldNode, unknown>()
  return (field, run) => {
    if (known.has(field)) return known.get(field)
    const used = variablesIn(field)
    const { data, errors } = executeSync({
      schema,
      document: {
        kind: Kind.DOCUMENT,
        definitions: [
          {
            kind: Kind.OPERATION_DEFINITION,
            operation: OperationTypeNode.QUERY,
            variableDefinitions: variableDefinitions.filter(({ variable }) =>
              used.has(variable.name.value),
            ),
            selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
          },
        ],
      },
      variableValues: run.values,
    })
    const [error] = errors ?? []
    if (error !== undefined) throw error
    const answer = data?.[(field.alias ?? field.name).value] ?? null
    if (used.size === 0) known.set(field, answer)
    return answer
  }
}

function variablesIn(field: FieldNode): ReadonlySet<string> {
  const names = new Set<string>()
  visit(field, { Variable: ({ name }) => void names.add(name.value) })
  return names
}
