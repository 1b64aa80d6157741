/** The client of docs/clients.md: its text, its types beside the schema, and a real answer. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  buildSchema,
  getNamedType,
  isLeafType,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { startHttp, type HttpGateway } from '../support/http.ts'
import { root } from './documents.ts'
import { ask, receivables } from './typed-client.ts'

describe('the typed client of the guide', () => {
  let gateway: HttpGateway
  before(async () => {
    gateway = await startHttp()
  })
  after(() => gateway[Symbol.asyncDispose]())

  it('is printed in docs/clients.md as it is', () => {
    const [, ...lines] = readFileSync(join(import.meta.dirname, 'typed-client.ts'), 'utf8').split(
      '\n',
    )
    const guide = readFileSync(join(root, 'docs/clients.md'), 'utf8')
    assert.ok(guide.includes(lines.join('\n').trim()), 'docs/clients.md is stale')
  })

  it('has the types of /schema.graphql', async () => {
    const response = await fetch(`${gateway.url}/schema.graphql`, {
      headers: { authorization: `Bearer ${gateway.token('sales')}` },
    })
    const schema = buildSchema(await response.text())
    const document = parse(receivables.text)
    assert.deepEqual(validate(schema, document), [])
    const types: Record<string, string> = {}
    const info = new TypeInfo(schema)
    visit(
      document,
      visitWithTypeInfo(info, {
        Field: ({ name }) => {
          const type = info.getType()
          if (type && isLeafType(getNamedType(type))) types[name.value] = String(type)
          else if (type) types[name.value] = String(type).replaceAll(/\w+/g, '…')
        },
      }),
    )
    assert.deepEqual(types, {
      customer: '…',
      name: 'String',
      owner: '…',
      displayName: 'String',
      openReceivables: '[…!]',
      amount: 'Decimal!',
      currency: 'CurrencyCode!',
    })
  })

  it('gets an answer; a wrong variable or field does not compile', async () => {
    const at = { url: gateway.url, token: gateway.token('finance') }
    const { data, errors } = await ask(at, receivables, { crmAccountId: 'A000001' })
    assert.equal(errors, undefined)
    const [owed] = data?.customer?.openReceivables ?? []
    assert.match(owed?.amount ?? '', /^\d+\.\d+$/)
    const open = gateway.graph.sql(
      'finance',
      `SELECT sum(openAmount) AS scaled FROM invoice WHERE debtorNo = 'D00001' AND currency = ?`,
      owed?.currency ?? '',
    )[0]
    assert.equal(Math.round(Number(owed?.amount) * 10_000), open?.['scaled'])
    // @ts-expect-error: the question has no such field
    assert.equal(data?.customer?.nickname, undefined)
    // @ts-expect-error: the variable has another name
    const wrong = await ask(at, receivables, { id: 'A000001' })
    assert.equal(wrong.errors?.[0]?.extensions.code, 'BAD_USER_INPUT')
  })
})
