/** `isthmus identity` and the graph over one crosswalk in PostgreSQL: from a match to a merged id. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { readConfig } from '../../gateway/config.ts'
import { isthmus, repository } from '../support/cli.ts'
import { testDatabase, type TestDatabase } from '../support/database-servers.ts'
import { demoData } from '../support/demo-data.ts'
import { startGraph } from '../support/graph.ts'
import { start } from '../support/program.ts'

describe('a crosswalk in PostgreSQL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-crosswalk-'))
  let database: TestDatabase
  let env: Readonly<Record<string, string>>
  before(async () => {
    database = await testDatabase('postgresql')
    cpSync(demoData(), join(folder, 'data'), { recursive: true })
    cpSync(join(repository, 'gateway/policy'), join(folder, 'policy'), { recursive: true })
    writeFileSync(join(folder, 'config.yaml'), 'crosswalk: ${ISTHMUS_CROSSWALK_URL}\n')
    env = {
      ISTHMUS_CONFIG: join(folder, 'config.yaml'),
      ISTHMUS_DATA: join(folder, 'data'),
      ISTHMUS_CROSSWALK_URL: database.ownerUrl,
    }
  })
  after(async () => {
    await database[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await isthmus(['identity', ...args], env)
    assert.equal(code, 0, stderr)
    return stdout
  }

  it('is filled by a match, decided about, and resolves merged ids in the graph', async () => {
    const { links } = JSON.parse(await run('match', '--json')) as {
      links: { customerId: string; system: string; value: string }[]
    }
    assert.ok(links.length > 3_000, `${links.length}`)
    const kept = await database.owner('SELECT count(*) FROM identity_link')
    assert.equal(Number(kept[0]?.[0]), links.length)
    const [one, other] = links.filter(({ system }) => system === 'CRM')
    assert.ok(one && other)
    assert.equal(
      await run('merge', one.customerId, other.customerId),
      `${other.customerId} is ${one.customerId} from now on.\n`,
    )
    await using graph = await startGraph({
      config: { crosswalk: { kind: 'postgresql', url: database.url } },
    })
    const { data, errors } = await graph.ask(
      `query ($old: ID!) { customer(id: $old) { id crmAccountId } identityReport { checkedAt } }`,
      { variables: { old: other.customerId } },
    )
    assert.equal(errors, undefined)
    assert.deepEqual(data?.['customer'], { id: one.customerId, crmAccountId: one.value })
    assert.ok(data?.['identityReport'])
    assert.equal(
      await run('split', other.customerId),
      `${other.customerId} is a customer of its own from now on.\n`,
    )
    const again = JSON.parse(await run('match', '--json')) as { links: unknown[] }
    assert.deepEqual(again.links, [])
  })

  it('is read by a CRM subgraph that stands alone', async () => {
    const secret = 'a secret of thirty-two characters'
    const program = start(
      {
        ISTHMUS_DATA: join(folder, 'data'),
        ISTHMUS_SUBGRAPH_SECRET: secret,
        ISTHMUS_CROSSWALK_URL: database.url,
      },
      ['subgraphs/crm/main.ts'],
    )
    const url = await program.seen(({ output }) => /listens on (http:\S+)/.exec(output)?.[1])
    const config = readConfig(env)
    const alone = { ...config.system('crm'), source: 'http', url, secret } as const
    await using graph = await startGraph({
      config: { system: (name) => (name === 'crm' ? alone : config.system(name)) },
    })
    const { data, errors } = await graph.ask(
      '{ customer(crmAccountId: "A000001") { id debtorNo } }',
    )
    assert.equal(errors, undefined)
    // The file that the demo comes with has another id for it.
    assert.deepEqual(data?.['customer'], { id: 'A000001', debtorNo: 'D00001' })
    program.child.kill('SIGTERM')
    assert.equal(await program.exit(), 0)
  })

  it('whose address is none stops such a subgraph, and is not shown', async () => {
    const program = start({ ISTHMUS_CROSSWALK_URL: 'mysql://root:secret@db/isthmus' }, [
      'subgraphs/crm/main.ts',
    ])
    assert.equal(await program.exit(), 1)
    assert.match(await program.errors, /ISTHMUS_CROSSWALK_URL: .* is of another kind/)
    assert.doesNotMatch(await program.errors, /root:secret/)
  })

  it('whose variable is not set stops the start: the file is not meant', async () => {
    const { code, stderr } = await isthmus(['identity', 'report'], {
      ...env,
      ISTHMUS_CROSSWALK_URL: '',
    })
    assert.equal(code, 1)
    assert.match(stderr, /^CONFIGURATION_INVALID: .*\n {2}crosswalk: expected an address/)
  })
})
