/** `isthmus identity`: from a match to a decision, as somebody types it. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { isthmus } from '../../support/cli.ts'
import { demoData } from '../../support/demo-data.ts'

interface Candidate {
  readonly id: string
  readonly system: string
  readonly value: string
  readonly crmAccountId: string
  readonly name: string
  readonly accountName: string
}

describe('isthmus identity', () => {
  const data = mkdtempSync(join(tmpdir(), 'isthmus-cli-identity-'))
  const env = { ISTHMUS_DATA: data }
  before(() => cpSync(demoData(), data, { recursive: true }))
  after(() => rmSync(data, { recursive: true }))

  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await isthmus(['identity', ...args], env)
    assert.equal(code, 0, stderr)
    return { stdout, stderr }
  }
  const json = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse((await run(...args, '--json')).stdout)
  const links = () => {
    using database = new DatabaseSync(join(data, 'identity.sqlite'), { readOnly: true })
    return Number(database.prepare('SELECT count(*) AS n FROM identity_link').get()?.['n'])
  }

  it('match --dry-run says what it would do, and changes nothing', async () => {
    const linked = links()
    const { stdout, stderr } = await run('match', '--dry-run')
    assert.match(stdout, /^Would match [1-9]\d* records\.$/m)
    assert.match(stdout, /^ERP +2047 /m)
    assert.match(stderr, /^CRM: 2000 records read$/m)
    assert.match(stderr, /^done in [\d.]+ s, with at most \d+ MB of memory$/m)
    assert.equal(links(), linked)
  })

  it('match links what is sure; the claims that the demo makes twice are to be decided', async () => {
    const linked = links()
    const result = (await json('match')) as { links: unknown[]; candidates: Candidate[] }
    assert.ok(result.links.length > 50, `${result.links.length}`)
    assert.equal(links(), linked + result.links.length)
    assert.ok(result.candidates.length > 10)
  })

  it('candidates have the names as the systems have them; accept and reject decide', async () => {
    const listed = (await json('candidates', '--limit', '500')) as Candidate[]
    const same = listed.filter(({ name, accountName }) => name === accountName)
    const [accepted] = same
    assert.ok(accepted)
    const rival = listed.find(
      ({ id, value }) => value !== accepted.value && !same.some((each) => each.id === id),
    )
    assert.ok(rival)
    const text = await run('accept', accepted.id, '--reason', 'the name says so')
    assert.match(text.stdout, new RegExp(`^${accepted.id} is \\w+ from now on\\.`))
    await run('reject', rival.id)
    const left = (await json('candidates', '--limit', '500')) as Candidate[]
    assert.ok(!left.some(({ id, value }) => id === rival.id || value === accepted.value))
    await run('match')
    const again = (await json('candidates', '--limit', '500')) as Candidate[]
    assert.ok(!again.some(({ id, value }) => id === rival.id || value === accepted.value))
  })

  it('merge and split go there and back', async () => {
    const linked = links()
    assert.equal(
      (await run('merge', 'C000010', 'C000011')).stdout,
      'C000011 is C000010 from now on.\n',
    )
    assert.equal(
      (await run('split', 'C000011')).stdout,
      'C000011 is a customer of its own from now on.\n',
    )
    assert.equal(links(), linked)
  })

  it('report counts, and lists findings with what the systems say now', async () => {
    const counted = (await json('report')) as { decisions: object; findings: { count: number }[] }
    assert.deepEqual(Object.keys(counted.decisions), ['ACCEPT', 'MERGE', 'REJECT', 'SPLIT'])
    assert.ok(counted.findings.length > 5)
    const { stdout } = await run('report', '--kind', 'DISAGREEING', '--limit', '40')
    assert.equal(stdout.trim().split('\n').length, 40)
    assert.match(
      stdout,
      /^DISAGREEING {2}ERP:\d+ {2}C\d+ {2}.* {2}REGION: "[NCS]", CRM:A\d+ "[NCS]"$/m,
    )
  })
})
