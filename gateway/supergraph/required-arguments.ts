/**
 * Which fields some `@requires` asks for with arguments, read from `@join__field` of the supergraph.
 * A client's own use of such a field must not merge with it: the planner looks at names only.
 */
import { Kind, parse, visit } from 'graphql'

/** The names of the fields, whatever their type: to keep one apart too often costs nothing. */
export function requiredWithArguments(supergraphSdl: string): ReadonlySet<string> {
  const names = new Set<string>()
  visit(parse(supergraphSdl), {
    Directive(directive) {
      if (directive.name.value !== 'join__field') return
      for (const { name, value } of directive.arguments ?? []) {
        if (name.value !== 'requires' || value.kind !== Kind.STRING) continue
        visit(parse(`{ ${value.value} }`), {
          Field: (field) => {
            if ((field.arguments ?? []).length > 0) names.add(field.name.value)
          },
        })
      }
    },
  })
  return names
}
