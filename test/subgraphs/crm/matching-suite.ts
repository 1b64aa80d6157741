/** What a match left for people to look at: the report, the candidates, the findings, and who sees them. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { anyone, asker, type SubgraphFixture } from '../../support/subgraph-fixture.ts'

/** `open` makes the CRM of crm-rows.ts, with its crosswalk in the one kind of database or the other. */
export function matchingSuite(kind: string, open: () => Promise<SubgraphFixture>): void {
  describe(`what a match across systems left, with the crosswalk in ${kind}`, () => {
    let fixture: SubgraphFixture
    let ask: ReturnType<typeof asker>
    before(async () => {
      fixture = await open()
      ask = asker(fixture)
    })
    after(() => fixture[Symbol.dispose]())

    it('is a report: each system, and the findings counted', async () => {
      const { identityReport } = await ask(
        '{ identityReport { checkedAt systems { system records matched unmatched doublyMatched contradicting candidates } findings { kind system field count } } }',
      )
      assert.deepEqual(identityReport, {
        checkedAt: '2026-06-30T01:02:03Z',
        systems: [
          {
            system: 'ERP',
            records: 12,
            matched: 9,
            unmatched: 3,
            doublyMatched: 2,
            contradicting: 1,
            candidates: 2,
          },
        ],
        findings: [
          { kind: 'DISAGREEING', system: 'ERP', field: 'CURRENCY', count: 1 },
          { kind: 'UNMATCHED', system: 'ERP', field: null, count: 1 },
        ],
      })
      assert.equal(fixture.statements.length, 2)
    })

    it('are candidates, the likeliest first, with the customer they may be', async () => {
      const question = (args: string) =>
        `{ identityCandidates${args} { totalCount nodes { id value reason score foundOn customer { name } evidence { field similarity } } } }`
      const { identityCandidates } = await ask(question(''))
      assert.deepEqual(identityCandidates, {
        totalCount: 2,
        nodes: [
          {
            id: 'K2',
            value: '901',
            reason: 'AMBIGUOUS',
            score: '0.95',
            foundOn: '2026-06-02',
            customer: { name: 'Customer 7' },
            evidence: [
              { field: 'NAME', similarity: '1' },
              { field: 'ADDRESS', similarity: '0.75' },
            ],
          },
          {
            id: 'K1',
            value: '900',
            reason: 'LIKELY',
            score: '0.8',
            foundOn: '2026-06-01',
            customer: { name: 'Customer 7' },
            evidence: [{ field: 'NAME', similarity: '0.8' }],
          },
        ],
      })
      const likely = await ask(question('(filter: {reason: [LIKELY], score: {lte: "0.9"}})'))
      assert.deepEqual(
        likely.identityCandidates.nodes.map(({ id }: { id: string }) => id),
        ['K1'],
      )
    })

    it('are findings: the ids and the field, and the customer where there is one', async () => {
      const { identityFindings } = await ask(
        '{ identityFindings { nodes { kind system value field otherSystem otherValue customerId customer { name } } } }',
      )
      assert.deepEqual(identityFindings.nodes, [
        {
          kind: 'DISAGREEING',
          system: 'ERP',
          value: '100',
          field: 'CURRENCY',
          otherSystem: 'FINANCE',
          otherValue: 'D1',
          customerId: 'C1',
          customer: { name: 'Customer 1' },
        },
        {
          kind: 'UNMATCHED',
          system: 'ERP',
          value: '900',
          field: null,
          otherSystem: null,
          otherValue: null,
          customerId: null,
          customer: null,
        },
      ])
    })

    it('is for who holds the scope, and never for a caller whose rows are limited', async () => {
      const question =
        '{ identityReport { checkedAt } identityCandidates { totalCount } identityFindings { totalCount } }'
      const { data, errors } = await fixture.run(question, {}, { ...anyone, scopes: [] })
      assert.deepEqual(JSON.parse(JSON.stringify(data)), {
        identityReport: null,
        identityCandidates: null,
        identityFindings: null,
      })
      assert.equal(errors?.length, 3)
      const rows = {
        rule: 'own_customers',
        parameters: { customerId: ['C1'], crmAccountId: ['A1'] },
      }
      assert.deepEqual(await ask(question, {}, { ...anyone, rows }), {
        identityReport: null,
        identityCandidates: { totalCount: 0 },
        identityFindings: { totalCount: 0 },
      })
    })
  })
}
