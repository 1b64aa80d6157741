/**
 * Customers matched across systems that a pack reads: by the tax number where there is one, else by name
 * and address. Each system's records are the product's own, so the truth is that equal keys are equal.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { readConfig } from '../../gateway/config.ts'
import { openCrosswalk } from '../../gateway/identity/crosswalk.ts'
import { readingScopes, readRecords, type Ask } from '../../gateway/identity/records.ts'
import { readRules } from '../../gateway/identity/rules.ts'
import { runMatch } from '../../gateway/identity/run.ts'
import { identityRelations } from '../../subgraphs/crm/identity-relations.ts'
import { repository } from '../support/cli.ts'
import { answerFor, startGraph } from '../support/graph.ts'
import { openPack, packs, setFolder } from '../support/packs.ts'

const rules = readRules(join(repository, 'gateway/policy/identity.yaml'))
/** The customer of each pack that has a tax number. */
const taxed = /^(10|Nordwind Logistik AG)$/

for (const pack of packs) {
  describe(`a match of customers through the pack for ${pack.name}`, () => {
    it('finds them by what the pack yields of them', async () => {
      await using open = await openPack(pack)
      const config = readConfig({ PORT: '0' })
      await using graph = await startGraph({
        config: {
          env: open.env,
          system: (name) => ({
            ...config.system(name),
            mapping: setFolder(name, pack.sets[name] ?? ''),
          }),
        },
      })
      const ask: Ask = (document, variables) =>
        answerFor(
          graph,
          { subject: 'test', audience: 'EMPLOYEE', scopes: readingScopes, facts: {}, rows: null },
          document,
          variables,
        )
      let records = 0
      for (const system of ['ERP', 'FINANCE'] as const) {
        const reading = await readRecords(system, ask)
        assert.deepEqual([...reading.notMapped], ['particulars.legalName'])
        const known = reading.records.find(({ value }) => taxed.test(value))
        assert.equal(known?.taxNumber, 'DE811569869')
        assert.equal(known.addresses[0]?.city, 'Hamburg')
        assert.equal(known.telephones.length, 1)
        records += reading.records.length
      }
      assert.ok(records >= 7)
      const file = join(graph.data, 'pack-identity.sqlite') // there is no link in it yet
      await using crosswalk = await openCrosswalk({ kind: 'sqlite', file }, identityRelations)
      const { links, candidates } = await runMatch({ ask, crosswalk, rules })
      assert.deepEqual(candidates, [])
      const found = links.filter(({ system }) => system !== 'CRM')
      assert.equal(found.length, records)
      for (const { customerId, system, value, matchedBy } of found) {
        const how = taxed.test(value) ? 'EXACT_TAX_NO' : 'RULE'
        assert.deepEqual([customerId, matchedBy], [value, how], `${system} ${value}`)
      }
    })
  })
}
