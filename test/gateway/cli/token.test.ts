/** `isthmus token` and `isthmus subject` as a program, over a data folder of its own. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, it } from 'node:test'
import type { AuditEntry } from '../../../gateway/audit/entry.ts'
import { isthmus, repository } from '../../support/cli.ts'

const plan = 'harbour-distribution'
const subject = `partner:${plan}`

describe('tokens on the command line', () => {
  const data = mkdtempSync(join(tmpdir(), 'isthmus-cli-'))
  const env = { ISTHMUS_DATA: data }
  after(() => rmSync(data, { recursive: true }))
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await isthmus([...args, '--json'], env)
    assert.deepEqual([code, stderr], [0, ''])
    return JSON.parse(stdout)
  }

  it('are created, listed, rotated and revoked', async () => {
    const { code, stdout, stderr } = await isthmus(
      ['token', 'create', plan, '--name', 'ERP sync', '--days', '10', '--address', '192.0.2.0/24'],
      env,
    )
    assert.equal(code, 0)
    assert.match(stdout, /^isthmus_demo_[0-9A-Za-z]{36}\n$/)
    assert.match(stderr, /not shown again/)

    const [first, ...others] = await json('token', 'list', subject)
    assert.deepEqual(others, [])
    assert.equal(first.status, 'ACTIVE')
    assert.deepEqual(first.addresses, ['192.0.2.0/24'])
    assert.equal(stdout.trim().slice(-4), first.lastFour)
    assert.match(first.createdBy, /^cli:/)
    assert.ok(!JSON.stringify(first).includes(stdout.trim()))

    const { secret, token } = await json('token', 'rotate', first.id, '--overlap', '0')
    assert.match(secret, /^isthmus_demo_/)
    const listed = await json('token', 'list', plan)
    assert.deepEqual(
      listed.map((each: { id: string; status: string }) => [each.id, each.status]),
      [
        [token.id, 'ACTIVE'],
        [first.id, 'EXPIRED'],
      ],
    )
    assert.equal((await json('token', 'revoke', token.id)).status, 'REVOKED')
    assert.match((await isthmus(['token', 'list'], env)).stdout, /REVOKED.*ERP sync\n.*EXPIRED/)
  })

  it('are issued for some of the scopes of their plan', async () => {
    const created = ['token', 'create', plan, '--name', 'narrow', '--scope']
    const whole = await json(...created.slice(0, -1))
    assert.equal(whole.token.scopes, null)
    const { token } = await json(...created, 'crm:contact-pii:read')
    assert.deepEqual(token.scopes, ['crm:contact-pii:read'])
    const explained = await json('token', 'explain', token.id)
    assert.deepEqual(explained.scopes, ['crm:contact-pii:read'])
  })

  const refusals: readonly (readonly [string, RegExp])[] = [
    ['token create nobody --name x', /^NOT_FOUND: .*harbour-distribution/],
    [`token create ${plan} --name x --days 366`, /^BAD_USER_INPUT: .*1 to 365/],
    [`token create ${plan} --name x --address nonsense`, /^BAD_USER_INPUT: .*"nonsense"/],
    [`token create ${plan} --name x --scope hr:salary:read`, /^BAD_USER_INPUT: .*hr:salary:read/],
    ['token revoke tok_none', /^NOT_FOUND: /],
    ['token rotate tok_none', /^NOT_FOUND: /],
    ['token explain nobody', /^NOT_FOUND: /],
    [`token explain ${plan} --operation /nowhere`, /^BAD_USER_INPUT: .*cannot be read/],
    ['subject enable nobody', /^NOT_FOUND: /],
  ]
  for (const [args, message] of refusals) {
    it(`"${args}" is refused with a code and exits with 1`, async () => {
      const { code, stdout, stderr } = await isthmus(args.split(' '), env)
      assert.match(stderr, message)
      assert.deepEqual([code, stdout], [1, ''])
    })
  }

  it('a subject is disabled and enabled, seen before or not', async () => {
    assert.equal((await isthmus(['subject', 'disable', 'mei.lin'], env)).code, 0)
    const [found] = await json('subject', 'list')
    assert.equal(found.subject, 'mei.lin')
    assert.match(found.disabledBy, /^cli:/)
    assert.equal((await isthmus(['subject', 'enable', 'mei.lin'], env)).code, 0)
    assert.equal((await json('subject', 'list'))[0].disabledAt, null)
  })
})

describe('what commands change', () => {
  const data = mkdtempSync(join(tmpdir(), 'isthmus-cli-'))
  const env = { ISTHMUS_DATA: data }
  after(() => rmSync(data, { recursive: true }))
  const run = (...args: string[]) => isthmus(args, env)
  const found = async (...filter: string[]) => {
    const { stdout } = await run('audit', 'search', ...filter, '--json')
    const entries = stdout.startsWith('[') ? (JSON.parse(stdout) as AuditEntry[]) : []
    return entries.map(({ operationName, outcome, codes }) =>
      [operationName, outcome, ...codes].join(' '),
    )
  }

  it('is in the audit, by who typed it and what it is about', async () => {
    const { stdout } = await run('token', 'create', plan, '--name', 'a', '--json')
    const { id } = JSON.parse(stdout).token as { id: string }
    assert.equal((await run('token', 'revoke', id)).code, 0)
    assert.equal((await run('subject', 'enable', 'nobody')).code, 1)
    assert.deepEqual(await found('--record', `Token:id=${id}`), [
      'token revoke ANSWERED',
      'token revoke STARTED',
      'token create ANSWERED',
    ])
    assert.deepEqual(await found('--record', 'Subject:subject=nobody'), [
      'subject enable REFUSED NOT_FOUND',
      'subject enable STARTED',
    ])
    assert.equal((await found('--subject', `cli:${userInfo().username}`)).length, 6)
    assert.equal((await run('audit', 'verify')).code, 0)
  })

  it('is not changed where the audit cannot be written', async () => {
    {
      using store = new DatabaseSync(join(data, 'isthmus.sqlite'))
      store.exec(`CREATE TRIGGER full BEFORE INSERT ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`)
    }
    const before = await run('token', 'list', '--json')
    const refused = await run('token', 'create', plan, '--name', 'b')
    assert.match(refused.stderr, /^AUDIT_UNAVAILABLE: .*nothing is changed/)
    assert.deepEqual([refused.code, refused.stdout], [1, ''])
    assert.equal((await run('token', 'list', '--json')).stdout, before.stdout)
  })
})

describe('token explain', () => {
  const data = mkdtempSync(join(tmpdir(), 'isthmus-cli-'))
  const env = { ISTHMUS_DATA: data }
  after(() => rmSync(data, { recursive: true }))
  const explain = async (...args: string[]) => {
    const { code, stdout, stderr } = await isthmus(['token', 'explain', ...args, '--json'], env)
    assert.deepEqual([code, stderr], [0, ''])
    return JSON.parse(stdout)
  }

  it('says what a plan may read, by which rows, and what it may not', async () => {
    const { readable, refused, rows, shows } = await explain(plan)
    assert.ok(readable.includes('Contact.email')) // crm:contact-pii:read
    assert.ok(!readable.includes('Employee.salary'))
    const needs = (coordinate: string) =>
      refused.find((each: { coordinate: string }) => each.coordinate === coordinate)?.needs
    assert.deepEqual(needs('Customer.creditLimit'), [['finance:credit:read']])
    assert.equal(needs('Employee.salary'), undefined) // there is none in its contract
    assert.deepEqual(rows.parameters, { crmAccountId: ['A000001'] })
    const hr = shows.find((each: { system: string }) => each.system === 'hr')
    assert.deepEqual([hr.all, hr.limited], [[], []])
    assert.ok(hr.nothing.includes('salary'))
  })

  it('says what of an operation would be refused, for a token on standard input', async () => {
    const { stdout } = await isthmus(['token', 'create', plan, '--name', 'x'], env)
    const file = 'gateway/reports/library/margin-by-customer/operation.graphql'
    const args = ['gateway/cli/isthmus.ts', 'token', 'explain', '-', '--operation', file, '--json']
    const said = execFileSync(process.execPath, args, {
      cwd: repository,
      env: { ...env, PATH: process.env['PATH'] },
      input: stdout,
      encoding: 'utf8',
    })
    const { refused } = JSON.parse(said) as { refused: { coordinate: string; path: string }[] } // just printed
    const margin = refused.find(({ coordinate }) => coordinate === 'RevenueAggregate.margin')
    assert.deepEqual(margin, {
      path: 'revenueAggregates.rows.margin',
      coordinate: 'RevenueAggregate.margin',
      needs: [],
    })
  })

  it('says what differs between two plans', async () => {
    assert.deepEqual(await explain(plan, '--diff', 'north-agency'), { only: [], onlyOther: [] })
    const { only, onlyOther } = await explain(plan, '--diff', 'ana.hsu')
    assert.ok(onlyOther.includes('Employee.salary'))
    assert.ok(only.includes('Contact.email'))
  })

  it('takes no token as an argument, where other programs can see it', async () => {
    const { stdout } = await isthmus(['token', 'create', plan, '--name', 'x'], env)
    const { code, stderr } = await isthmus(['token', 'explain', stdout.trim()], env)
    assert.equal(code, 1)
    assert.match(stderr, /^BAD_USER_INPUT: .*standard input/)
    assert.ok(!stderr.includes(stdout.trim()))
  })
})
