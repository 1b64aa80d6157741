/** Which operation of a document is meant. */
import { Kind, parse } from 'graphql'

/**
 * GraphiQL notices a while after a document has come into the editor which operation that has: who runs
 * it before would ask for the one that stood there. A document of one operation means that one.
 */
export function meantOperation(query: string, given: string | null | undefined): string | null {
  const names = namesIn(query)
  const [only = null, ...more] = names
  const isGiven = given != null && names.includes(given)
  return isGiven || names.length === 0 || more.length > 0 ? (given ?? null) : only
}

/** Null for an operation without a name. What cannot be read is for the gateway to say. */
function namesIn(query: string): readonly (string | null)[] {
  try {
    return parse(query, { noLocation: true }).definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? [definition.name?.value ?? null] : [],
    )
  } catch {
    return []
  }
}
