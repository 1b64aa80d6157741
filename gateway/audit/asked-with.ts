/**
 * The protected fields that an operation reads without selecting them: those that it filters, sorts,
 * groups or measures by, as `@reads` says of its inputs. What of a variable counts, its value says.
 */
import {
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ArgumentNode,
  type GraphQLArgument,
  type OperationDefinitionNode,
} from 'graphql'
import { possibleFields } from '../request/possible-fields.ts'
import { inputTypesOf } from '../request/protected-variables.ts'
import type { Generation } from '../supergraph/generation.ts'

/** The coordinates of the fields, for the values of one request by the operation's names. */
export type AskedWith = (values: Readonly<Record<string, unknown>>) => readonly string[]

/** A field of the operation whose arguments can ask with something protected. */
interface Site {
  readonly fields: readonly string[]
  readonly definitions: readonly GraphQLArgument[]
  readonly given: readonly ArgumentNode[]
}

const nothing: readonly string[] = []

export function askedWithIn(
  operation: OperationDefinitionNode,
  { apiSchema, policies }: Pick<Generation, 'apiSchema' | 'policies'>,
): AskedWith {
  const { protectedInputs, reads } = policies
  const sites: Site[] = []
  const info = new TypeInfo(apiSchema)
  visit(
    operation,
    visitWithTypeInfo(info, {
      Field({ arguments: given = [] }) {
        const [parent, definition] = [info.getParentType(), info.getFieldDef()]
        if (!parent || !definition) return
        const definitions = definition.args
        const fields = possibleFields(apiSchema, parent, definition.name)
        if (protectedInputs.anyOf(fields, definitions)) sites.push({ fields, definitions, given })
      },
    }),
  )
  if (sites.length === 0) return () => nothing
  const types = inputTypesOf(operation, apiSchema)
  return (values) => {
    const read = new Set<string>()
    const touch = (input: string) => {
      for (const field of reads.get(input) ?? []) read.add(field)
    }
    for (const { fields, definitions, given } of sites) {
      protectedInputs.inArguments(fields, definitions, given, touch, (name, touched) => {
        const [type, value] = [types.get(name), values[name]]
        if (type === undefined || value === null || value === undefined) return false
        protectedInputs.inValue(type, value, touched)
        return true
      })
    }
    return [...read]
  }
}
