/**
 * What a composed supergraph says in the directives of the join specification: which subgraphs there
 * are, and the arguments of `@join__type` and `@join__field`. Everything that reads them reads them here.
 */
import {
  Kind,
  parse,
  type ConstDirectiveNode,
  type DocumentNode,
  type SelectionSetNode,
} from 'graphql'
import { argumentOf } from '#shared/rules/directives.ts'

export interface Service {
  readonly name: string
  readonly url: string
}

/** The subgraphs by their values of `join__Graph`. */
export function servicesIn({ definitions }: DocumentNode): ReadonlyMap<string, Service> {
  const services = new Map<string, Service>()
  for (const definition of definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph')
      continue
    for (const { name, directives = [] } of definition.values ?? []) {
      const graph = directives.find((each) => each.name.value === 'join__graph')
      const text = (argument: string) => (graph && textArgument(graph, argument)) ?? ''
      services.set(name.value, { name: text('name'), url: text('url') })
    }
  }
  return services
}

/** A text, or the name of an enum's value. */
export function textArgument(directive: ConstDirectiveNode, argument: string): string | undefined {
  const value = argumentOf(directive, argument)
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined
}

export function flagArgument(directive: ConstDirectiveNode, argument: string): boolean | undefined {
  const value = argumentOf(directive, argument)
  return value?.kind === Kind.BOOLEAN ? value.value : undefined
}

/** The value of `join__Graph` that a directive is about. */
export const graphOf = (directive: ConstDirectiveNode): string =>
  textArgument(directive, 'graph') ?? ''

/** The text of a key, of `requires` or of `provides` as selections. */
export function fieldSet(text: string): SelectionSetNode {
  const [operation] = parse(`{ ${text} }`, { noLocation: true }).definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError('a field set is selected')
  return operation.selectionSet
}
