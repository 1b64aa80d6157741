/** Names that the planner could mix up are other ones while it plans. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildSchema, Kind, parse, print, stripIgnoredCharacters } from 'graphql'
import {
  originalName,
  renameCollisions,
  renameValues,
} from '../../../gateway/request/response-names.ts'

const api = `
  type Query { user: User media: Media any: Any }
  type User { id: ID name: String constructor: String }
  interface Media { id: ID }
  type Book implements Media { id: ID pages: Int }
  union Any = User | Book
`
const names = {
  apiSchema: buildSchema(api),
  // Clients do not see every field.
  supergraphSchema: buildSchema(
    api.replace('type User {', 'type User { secret: Int isthmus_hidden: Int'),
  ),
}

function renamed(text: string): string {
  const [operation] = parse(text).definitions
  assert.ok(operation?.kind === Kind.OPERATION_DEFINITION)
  return stripIgnoredCharacters(print(renameCollisions(operation, names)))
}

describe('a response name', () => {
  for (const [what, text, planned] of [
    ['that is another field of the type', '{user{name:id}}', '{user{isthmus_alias_name:id}}'],
    ['that is a field nobody sees', '{user{secret:id}}', '{user{isthmus_alias_secret:id}}'],
    ['that is a field of a type behind', '{media{pages:id}}', '{media{isthmus_alias_pages:id}}'],
    [
      'in a fragment, by the type there',
      '{any{...on Book{pages:id name:id}}}',
      '{any{...on Book{isthmus_alias_pages:id name:id}}}',
    ],
    [
      'that every object has',
      '{user{toString:id __proto__:name constructor}}',
      '{user{isthmus_alias_toString:id isthmus_alias___proto__:name isthmus_alias_constructor:constructor}}',
    ],
  ] as const) {
    it(`${what} is another one`, () => assert.equal(renamed(text), planned))
  }

  for (const text of [
    '{user{id:id x:id name}}',
    '{user{pages:id}}',
    '{me:user{isthmus_hidden:__typename}}',
  ]) {
    it(`is left in ${text}`, () => assert.equal(renamed(text), text))
  }

  it('is the client’s again in the answer', () => {
    assert.equal(originalName('isthmus_alias_name'), 'name')
    assert.equal(originalName('isthmus_alias_isthmus_alias_x'), 'isthmus_alias_x')
    assert.equal(originalName('name'), 'name')
  })
})

it('the variable that plans keep for themselves is another one, with its value', () => {
  assert.equal(
    renamed('query($representations:Int $x:Int){user(a:$representations b:{c:$x}){id}}'),
    'query($isthmus_representations:Int$x:Int){user(a:$isthmus_representations b:{c:$x}){id}}',
  )
  assert.deepEqual(renameValues({ representations: null, x: 1 }), {
    isthmus_representations: null,
    x: 1,
  })
  const values = { x: 1 }
  assert.equal(renameValues(values), values)
})
