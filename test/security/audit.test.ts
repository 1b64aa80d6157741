/** The audit over HTTP: what it keeps of a request, and that nothing is shown that it cannot keep. */
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import type { ReadBack } from '../../gateway/audit/entry.ts'
import { auditLog, everything } from '../../gateway/audit/log.ts'
import { readConfig } from '../../gateway/config.ts'
import { ownFile } from '../../gateway/config/own-places.ts'
import { openStore } from '../../gateway/store/store.ts'
import { demoSecret, demoToken } from '../../gateway/tokens/demo.ts'
import { isthmus } from '../support/cli.ts'
import { demoData } from '../support/demo-data.ts'
import { startHttp, type HttpGateway } from '../support/http.ts'
import { ask, folder, start } from '../support/program.ts'

const partner = 'partner:harbour-distribution'

describe('the audit', () => {
  let gateway: HttpGateway
  let data: string
  before(async () => {
    gateway = await startHttp()
    data = gateway.graph.data
  })
  after(() => gateway[Symbol.asyncDispose]())

  /** All that the store has, past the gateway. */
  async function entries(filter: Partial<typeof everything> = {}): Promise<readonly ReadBack[]> {
    await using store = await openStore({ kind: 'sqlite', file: ownFile('store', data) })
    const log = auditLog(store, readConfig({ ISTHMUS_DATA: data }))
    assert.deepEqual((await log.verify(null)).problems, [])
    return await log.page({ ...everything, ...filter }, 1_000, null)
  }
  async function entryOf(answer: { headers: Headers }): Promise<ReadBack> {
    const id = answer.headers.get('x-request-id')
    const found = (await entries()).filter(({ requestId }) => requestId === id)
    assert.equal(found.length, 1)
    return found[0] as ReadBack // just counted
  }
  const as = (identity: 'sales' | 'hr' | 'partner' | 'admin') => ({
    token: gateway.token(identity),
  })

  it('says who read which fields of which records, of which systems, and never a value', async () => {
    const answer = await gateway.post(
      {
        query: `query Pay($no: ID!) {
          employee(employeeNo: $no) { employeeNo salary { amount } }
          customers(first: 2, filter: { region: { in: ["Northern"] } }) { nodes { crmAccountId name } }
        }`,
        variables: { no: 'E0010' },
      },
      as('hr'),
    )
    assert.equal(answer.json().errors, undefined, answer.text)
    const entry = await entryOf(answer)
    assert.equal(entry.subject, 'ana.hsu')
    assert.equal(entry.audience, 'EMPLOYEE')
    assert.match(entry.token ?? '', /^sha256:[\w-]{43}$/)
    assert.equal(entry.operationName, 'Pay')
    assert.deepEqual(entry.systems, ['crm', 'hr'])
    assert.equal(entry.outcome, 'ANSWERED')
    assert.ok(entry.coordinates.read.includes('Employee.salary'))
    assert.ok(entry.coordinates.read.includes('Query.employee'))
    const records = new Map(entry.records.map((each) => [each.type, each]))
    assert.deepEqual(records.get('Employee')?.keys, ['employeeNo=E0010'])
    assert.equal(records.get('Customer'), undefined, 'nobody is in that region')
    const values = JSON.stringify(entry.variables)
    for (const value of ['E0010', 'Northern']) assert.ok(!values.includes(value), value)
    assert.ok(Object.keys(entry.variables).includes('no'))
    assert.equal(new Set(Object.values(entry.variables)).size, Object.keys(entry.variables).length)
  })

  it('knows keys under other names, and those that nobody asked for', async () => {
    const aliased = await gateway.post({
      query: '{ customers(first: 3) { nodes { x: crmAccountId } } }',
    })
    const named = await entryOf(aliased)
    assert.match(named.records[0]?.keys[0] ?? '', /^crmAccountId=A\d+$/)
    const bare = await gateway.post({ query: '{ customers(first: 3) { nodes { name } } }' })
    const [unasked] = (await entryOf(bare)).records
    assert.deepEqual([unasked?.type, unasked?.keys.length, unasked?.unkeyed], ['Customer', 3, 0])
    assert.match(unasked?.keys[0] ?? '', /^id=C\d+$/)
    assert.doesNotMatch(bare.text, /"id"|C\d{6}/)
    const pay = await gateway.post({
      query: '{ salesOrders(first: 2) { nodes { salesperson { displayName } } } }',
    })
    const through = new Map((await entryOf(pay)).records.map((each) => [each.type, each]))
    assert.equal(through.get('SalesOrder')?.keys.length, 2)
    for (const { unkeyed } of through.values()) assert.equal(unkeyed, 0)
    const many = await gateway.post({
      query: '{ customers(first: 130) { nodes { crmAccountId } } }',
    })
    const [customers] = (await entryOf(many)).records
    assert.deepEqual([customers?.keys.length, customers?.more], [100, 30])
  })

  it('names what a question filters, sorts, groups and measures by, wherever the value stands', async () => {
    const read = async (query: string, variables: object = {}) => {
      const answer = await gateway.post({ query, variables })
      assert.equal(answer.json().errors, undefined, answer.text)
      return (await entryOf(answer)).coordinates.read
    }
    const health = 'Customer.healthScore'
    const byValue =
      'query Q($by: CustomerOrder) { customers(first: 1, orderBy: $by) { totalCount } }'
    assert.ok((await read(byValue, { by: { field: 'HEALTH_SCORE' } })).includes(health))
    // The same question with another value reads something else, and with none nothing.
    assert.ok(!(await read(byValue, { by: { field: 'NAME' } })).includes(health))
    assert.ok(!(await read(byValue)).includes(health))
    const written = '{ customers(first: 1, orderBy: { field: HEALTH_SCORE }) { totalCount } }'
    assert.ok((await read(written)).includes(health))
    const inner = `query Q($field: CustomerSort!) {
      customers(first: 1, orderBy: { field: $field }) { totalCount } }`
    assert.ok((await read(inner, { field: 'HEALTH_SCORE' })).includes(health))
    assert.ok(!(await read(inner, { field: 'NAME' })).includes(health))

    const hired = `query Q($filter: EmployeeFilter) { employees(filter: $filter) { totalCount } }`
    const since = { hired: { from: '2020-01-01' } }
    assert.ok((await read(hired, { filter: { or: [since] } })).includes('Employee.hiredOn'))
    assert.ok(!(await read(hired, { filter: { nameContains: 'a' } })).includes('Employee.hiredOn'))
    const at = `query Q($at: Date) {
      headcountAggregates(at: $at, groupBy: [DEPARTMENT]) { rows { headcount } } }`
    assert.ok((await read(at, { at: '2026-01-01' })).includes('Employee.hiredOn'))
    const grouped = `query Q($by: [HeadcountDimension!]!) {
      headcountAggregates(groupBy: $by) { rows { headcount } } }`
    const place = 'HeadcountAggregate.location'
    assert.ok((await read(grouped, { by: ['DEPARTMENT', 'LOCATION'] })).includes(place))
    assert.ok(!(await read(grouped, { by: ['DEPARTMENT'] })).includes(place))
    const measured = `{ salesOrderAggregates(groupBy: [], orderBy: { measure: COST }) {
      rows { count } } }`
    assert.ok((await read(measured)).includes('SalesOrderAggregate.cost'))
  })

  it('says what was refused, and refusals of the whole question', async () => {
    const denied = await entryOf(
      await gateway.post(
        { query: '{ employee(employeeNo: "E0010") { salary { amount } } }' },
        as('sales'),
      ),
    )
    assert.deepEqual(denied.coordinates.refused, ['Employee.salary'])
    assert.ok(!denied.coordinates.read.includes('Employee.salary'))
    assert.deepEqual([denied.outcome, denied.codes], ['PARTIAL', ['UNAUTHORIZED_FIELD_OR_TYPE']])
    const invalid = await entryOf(await gateway.post({ query: '{ nothing }' }))
    assert.deepEqual(
      [invalid.outcome, invalid.codes, invalid.operationHash],
      ['REFUSED', ['GRAPHQL_VALIDATION_FAILED'], null],
    )
  })

  it('says the issued token and the row rule of a partner, which sees its own log and no other', async () => {
    const { createToken } = (
      await gateway.post({
        query: `mutation { createToken(input: { subject: "${partner}", name: "a", days: 1 }, idempotencyKey: "a") { secret token { id } } }`,
      })
    ).json().data as { createToken: { secret: string; token: { id: string } } } // as asked
    const answer = await gateway.post(
      { query: 'query Own { salesOrders(first: 2) { nodes { orderNo } } }' },
      { token: createToken.secret },
    )
    const entry = await entryOf(answer)
    assert.equal(entry.token, createToken.token.id)
    assert.equal(entry.rows?.rule, 'own_customers')
    assert.equal(entry.audience, 'DISTRIBUTOR')
    const own = await gateway.post(
      {
        query:
          '{ viewer { auditEntries { nodes { subject operationName rowRule token records { type keys } } } } }',
      },
      { token: createToken.secret },
    )
    const { viewer } = own.json().data as {
      viewer: { auditEntries: { nodes: { subject: string }[] } }
    } // as asked
    assert.ok(viewer.auditEntries.nodes.length > 0)
    for (const { subject } of viewer.auditEntries.nodes) assert.equal(subject, partner)
    const all = await gateway.post(
      { query: '{ auditEntries { totalCount } }' },
      { token: createToken.secret },
    )
    // The log of all is outside of its contract.
    assert.equal(all.json().errors?.[0]?.extensions.code, 'GRAPHQL_VALIDATION_FAILED')
  })

  it('notes a change before it is made, and what became of it', async () => {
    const answer = await gateway.post({
      query:
        'mutation Gone { revokeToken(input: { id: "tok_none" }, idempotencyKey: "n") { token { id } } }',
    })
    const id = answer.headers.get('x-request-id')
    const found = (await entries()).filter(({ requestId }) => requestId === id)
    assert.deepEqual(
      found.map(({ outcome, codes }) => [outcome, codes]),
      [
        ['PARTIAL', ['NOT_FOUND']],
        ['STARTED', []],
      ],
    )
  })

  it('is searched by subject, coordinate, record and time, in pages', async () => {
    const asked = async (filter: string, more = '') => {
      const { json, text } = await gateway.post({
        query: `{ auditEntries(first: 2 ${more}, filter: ${filter}) { totalCount nodes { number subject read refused } pageInfo { hasNextPage endCursor } } }`,
      })
      assert.equal(json().errors, undefined, text)
      return (
        json().data as {
          auditEntries: {
            totalCount: number
            nodes: { number: string; subject: string; read: string[]; refused: string[] }[]
            pageInfo: { hasNextPage: boolean; endCursor: string }
          }
        }
      ).auditEntries // as asked
    }
    const salary = await asked('{ coordinate: "Employee.salary" }')
    assert.equal(salary.totalCount, 2)
    for (const { read, refused } of salary.nodes)
      assert.ok([...read, ...refused].includes('Employee.salary'))
    assert.equal(
      (await asked('{ coordinate: "Employee.salary", subject: "ana.hsu" }')).totalCount,
      1,
    )
    assert.equal((await asked('{ record: "Employee:employeeNo=E0010" }')).totalCount, 1)
    assert.equal((await asked('{ record: "Employee:employeeNo=E001" }')).totalCount, 0)
    assert.equal((await asked('{ until: "2020-01-01T00:00:00Z" }')).totalCount, 0)
    const first = await asked('{ subject: "kao.admin" }')
    assert.ok(first.pageInfo.hasNextPage)
    const second = await asked('{ subject: "kao.admin" }', `, after: "${first.pageInfo.endCursor}"`)
    assert.ok(Number(second.nodes[0]?.number) < Number(first.nodes.at(-1)?.number))
  })

  it('is searched and verified on the command line, beside a running gateway', async () => {
    const env = { ISTHMUS_DATA: data }
    const args = [
      '--subject',
      'ana.hsu',
      '--coordinate',
      'Employee.salary',
      '--since',
      '2026-01-01',
    ]
    const found = await isthmus(['audit', 'search', ...args, '--json'], env)
    assert.equal(found.code, 0, found.stderr)
    const listed = JSON.parse(found.stdout) as { subject: string }[] // as printed
    assert.deepEqual(
      listed.map(({ subject }) => subject),
      ['ana.hsu'],
    )
    const verified = await isthmus(['audit', 'verify'], env)
    assert.match(verified.stdout, /entries are as they were written\.\nhead \d+:[\w-]{43}\n/)
    const [, head = ''] = /head (\S+)/.exec(verified.stdout) ?? []
    assert.equal((await isthmus(['audit', 'verify', '--head', head], env)).code, 0)
    const wrong = await isthmus(['audit', 'verify', '--head', `${head.split(':')[0]}:x`], env)
    assert.deepEqual([wrong.code, wrong.stderr.split(':')[0]], [1, 'AUDIT_INVALID'])
  })
})

describe('an audit that cannot be written', () => {
  it('refuses what reads or changes something protected, and leaves the rest to answer', async () => {
    await using gateway = await startHttp()
    const file = join(gateway.graph.data, 'isthmus.sqlite')
    const store = new DatabaseSync(file)
    store.exec(`CREATE TRIGGER full BEFORE INSERT ON audit_entry
      BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`)
    const read = await gateway.post({ query: '{ customers(first: 1) { nodes { name } } }' })
    assert.equal(read.status, 503)
    assert.equal(read.json().errors?.[0]?.extensions.code, 'AUDIT_UNAVAILABLE')
    assert.equal(read.json().data, undefined)
    assert.ok(!read.text.includes('full'), 'the cause is for the log')
    const change = await gateway.post({
      query: `mutation { createToken(input: { subject: "${partner}", name: "b", days: 1 }, idempotencyKey: "b") { secret } }`,
    })
    assert.equal(change.status, 503)
    const tokens = store.prepare('SELECT count(*) AS n FROM issued_token').get()?.['n']
    assert.equal(tokens, 0, 'nothing was changed')
    assert.equal((await fetch(`${gateway.url}/health/live`)).status, 200)
    assert.equal((await fetch(`${gateway.url}/health/ready`)).status, 200)
    assert.equal((await gateway.post({ query: '{ __typename }' })).status, 200)
    store.exec('DROP TRIGGER full')
    store.close()
    const again = await gateway.post({ query: '{ customers(first: 1) { nodes { name } } }' })
    assert.equal(again.status, 200, 'it goes on as soon as it can be written')
  })

  it('is no matter where everybody may do everything', async () => {
    await using gateway = await startHttp((config) => ({ ...config, noAuth: true, audit: null }))
    const { status } = await gateway.post({ query: '{ customers(first: 1) { nodes { name } } }' })
    assert.equal(status, 200)
  })
})

describe('a gateway of several processes that is stopped under load', () => {
  it('has every answer that it gave in one chain', async (t) => {
    const data = folder(t)
    cpSync(demoData(), data, { recursive: true })
    const program = start({ ISTHMUS_DATA: data, WORKERS: '2' })
    t.after(() => program.child.kill('SIGKILL'))
    const url = await program.url
    const token = demoToken('sales', demoSecret(data))
    const answered: string[] = []
    let isStopped = false
    const asking = async (): Promise<void> => {
      while (!isStopped) {
        try {
          const response = await ask(url, token, '{ customers(first: 1) { nodes { name } } }')
          const text = await response.text()
          if (text.includes('"nodes"')) answered.push(response.headers.get('x-request-id') ?? '')
        } catch {
          isStopped = true // nobody listens any more
        }
      }
    }
    const clients = Array.from({ length: 8 }, asking)
    while (answered.length < 200) await new Promise((resolve) => setTimeout(resolve, 5))
    process.kill(-(program.child.pid ?? 0), 'SIGINT') // as the terminal does: all of them at once
    await program.exit()
    isStopped = true
    await Promise.all(clients)
    await using store = await openStore({ kind: 'sqlite', file: ownFile('store', data) })
    const log = auditLog(store, readConfig({ ISTHMUS_DATA: data }))
    assert.deepEqual((await log.verify(null)).problems, [])
    const kept = `SELECT number FROM audit_entry WHERE entry ->> '$.requestId' = ?`
    for (const id of answered) assert.equal((await store.rows(kept, [id])).length, 1, id)
  })
})
