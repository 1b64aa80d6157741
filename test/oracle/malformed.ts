/** Answers that no correct subgraph gives: what the gateway must not pass on, nor take for nothing. */
import { Kind, type DocumentNode, type ExecutionResult, type SelectionSetNode } from 'graphql'
import type { Failure } from './case.ts'
import { namedType, type Catalogue } from './catalogue.ts'

export interface Answered {
  readonly known: Catalogue
  readonly document: DocumentNode
  readonly answer: ExecutionResult
}

/** The answer as a subgraph that fails in this way gives it. */
export function malformed(
  failure: Failure,
  { known, document, answer }: Answered,
): ExecutionResult {
  if (failure.kind === 'SHORT_ENTITIES') return withoutLastEntity(answer)
  if (failure.kind !== 'WRONG_SHAPE' && failure.kind !== 'NULL_FOR_NON_NULL') return answer
  const instead = failure.kind === 'WRONG_SHAPE' ? { x: 1 } : null
  const types = known.declared.get(failure.subgraph)
  const walk = (value: unknown, typeName: string, set: SelectionSetNode): unknown => {
    if (Array.isArray(value)) return value.map((each) => walk(each, typeName, set))
    if (typeof value !== 'object' || value === null) return value
    const out: Record<string, unknown> = { ...value }
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition?.name.value ?? typeName
        Object.assign(out, walk(out, on, selection.selectionSet))
      }
      if (selection.kind !== Kind.FIELD) continue
      const name = (selection.alias ?? selection.name).value
      if (!(name in out)) continue
      if (`${typeName}.${selection.name.value}` === failure.field) {
        out[name] = out[name] === null ? null : instead
      } else if (selection.selectionSet !== undefined) {
        const field = types?.get(typeName)?.fields.get(selection.name.value)
        const inner = field === undefined ? typeName : namedType(field.type)
        out[name] = walk(out[name], inner, selection.selectionSet)
      }
    }
    return out
  }
  const operation = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION)
  if (operation === undefined) return answer
  const data = walk(answer.data, 'Query', operation.selectionSet) as ExecutionResult['data'] // an object stays one
  return { ...answer, ...(data === undefined ? {} : { data }) }
}

function withoutLastEntity(answer: ExecutionResult): ExecutionResult {
  const entities = answer.data?.['_entities']
  return Array.isArray(entities)
    ? { ...answer, data: { ...answer.data, _entities: entities.slice(0, -1) } }
    : answer
}
