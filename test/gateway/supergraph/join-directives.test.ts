/** What the directives of a composed supergraph say. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parse, print, type ConstDirectiveNode } from 'graphql'
import {
  fieldSet,
  flagArgument,
  graphOf,
  servicesIn,
  textArgument,
} from '../../../gateway/supergraph/join-directives.ts'

function directive(text: string): ConstDirectiveNode {
  const [definition] = parse(`scalar S ${text}`).definitions
  const [first] =
    definition !== undefined && 'directives' in definition ? (definition.directives ?? []) : []
  assert.ok(first)
  return first as ConstDirectiveNode // of a definition, so without variables
}

describe('the directives of a supergraph', () => {
  it('name the subgraphs and their addresses', () => {
    const services = servicesIn(
      parse(`
        enum Other { X @join__graph(name: "x", url: "http://x") }
        enum join__Graph { CRM @join__graph(name: "crm-system", url: "http://crm") BARE }
      `),
    )
    assert.deepEqual(
      [...services],
      [
        ['CRM', { name: 'crm-system', url: 'http://crm' }],
        ['BARE', { name: '', url: '' }],
      ],
    )
  })

  it('have texts, names and flags as arguments; what is of another kind is none', () => {
    const type = directive(
      '@join__type(graph: CRM, key: "id", resolvable: false, extension: true, n: 1)',
    )
    assert.equal(graphOf(type), 'CRM')
    assert.equal(textArgument(type, 'key'), 'id')
    assert.equal(flagArgument(type, 'resolvable'), false)
    assert.equal(flagArgument(type, 'extension'), true)
    for (const name of ['n', 'resolvable', 'absent'])
      assert.equal(textArgument(type, name), undefined)
    for (const name of ['n', 'key', 'absent']) assert.equal(flagArgument(type, name), undefined)
    assert.equal(graphOf(directive('@join__type')), '')
  })

  it('have field sets, which are selections', () => {
    const printed = print(fieldSet('id region { code } ... on A { b }'))
    assert.equal(printed.replaceAll(/\s+/g, ' '), '{ id region { code } ... on A { b } }')
    assert.throws(() => fieldSet('id }'), /Syntax Error/)
    assert.throws(() => fieldSet(''), /Syntax Error/)
  })
})
