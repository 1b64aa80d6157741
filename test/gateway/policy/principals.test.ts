/** From claims to a principal: facts, how long they last, and what a doubtful id grants. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import type { ExecutionResult } from 'graphql'
import { defaultLimits, openLimits } from '../../../gateway/limits/limits.ts'
import type { Partner, Policy } from '../../../gateway/policy/policy.ts'
import { createPrincipals } from '../../../gateway/policy/principals.ts'
import { startGraph } from '../../support/graph.ts'

const partner: Partner = {
  name: 'x',
  subject: 'partner:x',
  audience: 'DISTRIBUTOR',
  excludedTags: [],
  rows: { rule: 'own_customers', parameters: { crmAccountId: ['A1'] } },
  scopes: ['s'],
  limits: defaultLimits.partner,
  keys: null,
  exportKeys: null,
  webhook: null,
}
const policy: Policy = {
  scopesOf: () => ['s'],
  rowRuleOf: () => null,
  partner: (subject) => (subject === partner.subject ? partner : undefined),
  partners: [partner],
}

function principalsOf(
  answer: (
    document: string,
    variables: Readonly<Record<string, unknown>>,
  ) => ExecutionResult | null,
) {
  const clock = { now: 0 }
  const asked: Readonly<Record<string, unknown>>[] = []
  const principals = createPrincipals({
    policy: () => policy,
    now: () => clock.now,
    ask: (document, variables) => {
      asked.push(variables)
      return Promise.resolve(answer(document, variables))
    },
  })
  return { clock, asked, of: (subject: string) => principals({ subject, groups: [] }) }
}

describe('a principal', () => {
  it('is built from the subject alone and kept for a minute', async () => {
    const { clock, asked, of } = principalsOf(() => ({
      data: { employee: { employeeNo: 'E1', department: { code: 'S' } } },
    }))
    assert.deepEqual(await of('eve'), {
      subject: 'eve',
      audience: 'EMPLOYEE',
      scopes: ['s'],
      facts: { loginId: 'eve', employeeNo: 'E1', departmentCode: 'S' },
      rows: null,
    })
    clock.now = 59_999
    await of('eve')
    assert.equal(asked.length, 1)
    clock.now = 60_001
    await of('eve')
    assert.equal(asked.length, 2)
  })

  it('whose facts could not be read has none, and is asked again soon', async () => {
    const { clock, asked, of } = principalsOf(() => ({ data: null }))
    assert.deepEqual((await of('eve')).facts, { loginId: 'eve' })
    clock.now = 5_001
    await of('eve')
    assert.equal(asked.length, 2)
  })

  it('in a graph without employees has no facts, and nobody is waited for', async () => {
    const { clock, asked, of } = principalsOf(() => null)
    assert.deepEqual((await of('eve')).facts, { loginId: 'eve' })
    clock.now = 59_999
    await of('eve')
    assert.equal(asked.length, 1)
    assert.deepEqual((await of('partner:x')).rows?.parameters['customerId'], [])
  })

  it('that is a partner has the ids which lead back to it, and no id that another one owns', async () => {
    const externalIds = [
      { system: 'ERP', value: '1' },
      { system: 'ERP', value: '2' },
      { system: 'FINANCE', value: 'D1' },
    ]
    const { of } = principalsOf((document, variables) => ({
      data: document.includes('externalIds')
        ? { c0: { id: 'C1', externalIds } }
        : Object.fromEntries(
            Object.entries(variables).map(([name, value]) => [
              name.replace('v', 'c'),
              { id: value === '2' ? 'C2' : 'C1' },
            ]),
          ),
    }))
    assert.deepEqual((await of('partner:x')).rows, {
      rule: 'own_customers',
      parameters: {
        crmAccountId: ['A1'],
        customerId: ['C1'],
        erpCustomerNo: ['1'],
        debtorNo: ['D1'],
      },
    })
  })

  it('that is a partner whose ids cannot be read owns nothing in other systems', async () => {
    const { of } = principalsOf(() => ({}))
    assert.deepEqual((await of('partner:x')).rows?.parameters, {
      crmAccountId: ['A1'],
      customerId: [],
      erpCustomerNo: [],
      debtorNo: [],
    })
  })

  it('whose rule is a predicate is told what its file says, and no system is asked', async () => {
    const rows = { rule: 'region_customers', parameters: { region: ['N'] } }
    const asked: string[] = []
    const principals = createPrincipals({
      policy: () => ({ ...policy, partner: () => ({ ...partner, rows }) }),
      now: () => 0,
      ask: (document) => {
        asked.push(document)
        return Promise.resolve({})
      },
    })
    assert.deepEqual((await principals({ subject: 'partner:x', groups: [] })).rows, rows)
    assert.deepEqual(asked, [])
  })

  it('with more ids than a rule carries is refused, and told of predicates', async () => {
    await using graph = await startGraph()
    const withAccounts = async (crmAccountId: readonly string[]) =>
      await createPrincipals({
        policy: () => ({
          ...policy,
          partner: () => ({
            ...partner,
            rows: { rule: 'own_customers', parameters: { crmAccountId } },
          }),
        }),
        now: () => 0,
        ask: (document, variables) => graph.ask(document, { variables, limits: openLimits }),
      })({ subject: 'partner:x', groups: [] })
    const accounts = graph
      .sql('crm', 'SELECT crmAccountId FROM customer ORDER BY crmAccountId LIMIT 200')
      .map((row) => String(row['crmAccountId']))
    const tooLarge = { code: 'ROW_RULE_TOO_LARGE', message: /a rule that is a predicate/ }

    const { rows } = await withAccounts(accounts.slice(0, 60))
    assert.equal(rows?.parameters['customerId']?.length, 60)
    assert.ok((rows.parameters['erpCustomerNo']?.length ?? 0) > 60)
    // Two hundred accounts have more numbers in the ERP than that.
    await assert.rejects(withAccounts(accounts), tooLarge)

    using identity = new DatabaseSync(join(graph.data, 'identity.sqlite'))
    const link = identity.prepare(
      `INSERT INTO identity_link (customerId, system, value, isPrimary) VALUES ('C000001', 'ERP', ?, 0)`,
    )
    for (let at = 0; at < 201; at += 1) link.run(`9${at}`)
    await assert.rejects(withAccounts(accounts.slice(0, 1)), tooLarge)
  })

  it('never owns a doubly matched number of the demo data that counts for somebody else', async () => {
    await using graph = await startGraph()
    const [contested] = graph.sql(
      'identity',
      `SELECT weak.value AS erpCustomerNo, account.value AS crmAccountId
       FROM identity_link AS weak
       JOIN identity_link AS strong ON strong.system = 'ERP' AND strong.value = weak.value AND strong.confidence > weak.confidence
       JOIN identity_link AS account ON account.system = 'CRM' AND account.customerId = weak.customerId
       WHERE weak.system = 'ERP' ORDER BY weak.value LIMIT 1`,
    )
    assert.ok(contested)
    const principals = createPrincipals({
      policy: () => ({
        ...policy,
        partner: () => ({
          ...partner,
          rows: {
            rule: 'own_customers',
            parameters: { crmAccountId: [String(contested['crmAccountId'])] },
          },
        }),
      }),
      now: () => 0,
      ask: (document, variables) => graph.ask(document, { variables }),
    })
    const { rows } = await principals({ subject: 'partner:x', groups: [] })
    assert.equal(rows?.parameters['customerId']?.length, 1)
    assert.ok(!rows.parameters['erpCustomerNo']?.includes(String(contested['erpCustomerNo'])))
  })
})
