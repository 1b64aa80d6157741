/** Which operation the Playground asks for, whatever stood in the editor a moment ago. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { meantOperation } from '../../../gateway/pages/playground/operation.ts'

describe('the operation that is meant', () => {
  const cases: readonly [
    what: string,
    query: string,
    given: string | null | undefined,
    meant: string | null,
  ][] = [
    ['is the one that is named', 'query A { a } query B { b }', 'B', 'B'],
    ['is the only one, whatever was named before', 'query A { a }', 'B', 'A'],
    ['is the only one where none is named', 'query A { a }', undefined, 'A'],
    ['has no name where the only one has none', '{ a }', 'B', null],
    ['of several is not guessed', 'query A { a } query B { b }', null, null],
    ['of several is asked for as it was named', 'query A { a } query B { b }', 'C', 'C'],
    ['of what cannot be read stays', 'query A {', 'A', 'A'],
  ]
  for (const [what, query, given, meant] of cases)
    it(what, () => assert.equal(meantOperation(query, given), meant))
})
