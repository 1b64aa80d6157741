/** Mapping sets: what is read, from where, and every mistake of the files at once with its line. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { mappingSetIn, readMappingSet } from '#shared/sources/mapping-set.ts'
import { mappingStatement } from '#shared/sources/derived.ts'
import { relations } from './mappings.ts'

function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-set-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

const problemsOf = (folder: string, env = {}) =>
  readMappingSet(folder, { relations, env }).problems.map(
    ({ file, line, message }) => `${file}:${line}: ${message}`,
  )

describe('a mapping set', () => {
  it('is read whole, with what its base has besides', (t) => {
    const folder = folderOf(t, {
      'pg/source.yaml': `kind: postgresql
url: postgresql://reader:\${PASSWORD}@db:5432/erp
timeZone: Europe/Berlin
base: ../base
asOf: 2014-06-30
parameters: { company: 7, language: "\${LANGUAGE}", archived: false }
statementTimeoutMs: 700
pool: { max: 3 }
`,
      'pg/customer.sql': 'SELECT id FROM own WHERE company = :company AND lang = :language::text',
      'pg/codes.yaml': 'customer: { status: { "1": OPEN, 02: CLOSED, "*": LOST } }',
      'base/codes.yaml': `customer: { status: { 9: OPEN } }\nsales_order: { kind: { x: OTHER } }`,
      'base/customer.sql': 'SELECT id FROM base',
      'base/sales_order.sql': 'SELECT id FROM orders WHERE a = :company OR b = :company;',
      'base/README.md': 'not a mapping',
    })
    const env = { PASSWORD: 'secret', LANGUAGE: 'en_US' }
    const set = mappingSetIn(join(folder, 'pg'), { relations, env })
    assert.equal(set.name, 'pg')
    assert.equal(set.url, 'postgresql://reader:secret@db:5432/erp')
    assert.equal(set.asOf, '2014-06-30')
    assert.equal(set.timeZone, 'Europe/Berlin')
    assert.equal(set.statementTimeoutMs, 700)
    assert.equal(set.pool?.max, 3)
    assert.deepEqual([...set.mappings.keys()], ['customer', 'sales_order'])
    const [customer, order] = [set.mappings.get('customer'), set.mappings.get('sales_order')]
    assert.ok(customer && order)
    assert.deepEqual(mappingStatement(customer, 'postgresql'), {
      sql: 'SELECT id FROM own WHERE company = $1 AND lang = $2::text',
      parameters: [7, 'en_US'],
    })
    assert.deepEqual(mappingStatement(order, 'postgresql'), {
      sql: 'SELECT id FROM orders WHERE a = $1 OR b = $2',
      parameters: [7, 7],
    })
    assert.deepEqual(
      [...(customer.codes.get('status') ?? [])],
      [
        ['1', 'OPEN'],
        ['02', 'CLOSED'],
        ['*', 'LOST'],
      ],
    )
    assert.deepEqual([...(order.codes.get('kind') ?? [])], [['x', 'OTHER']])
    assert.match(order.file, /base\/sales_order\.sql$/)
  })

  it('says everything that is wrong at once, each with file and line', (t) => {
    const folder = folderOf(t, {
      'x/source.yaml': `kind: sqlite
file: \${NOWHERE}
timezone: UTC
timeZone: Mars/Olympus
asOf: 2014-02-30
statementTimeoutMs: soon
pool: { min: 1 }
parameters: { a: [1] }
base: ../none
`,
      'x/customer.sql': 'SELECT :a,\n:b',
      'x/customers.sql': 'SELECT 1',
      'x/order_line.sql': 'DELETE FROM x',
      'x/codes.yaml': `customer:
  status: { 1: OPENED }
  name: { a: OPEN }
  colour: {}
nobody: {}
`,
    })
    assert.deepEqual(problemsOf(join(folder, 'x')), [
      'x/source.yaml:2: the environment has no NOWHERE',
      'x/source.yaml:3: "timezone" is not known; known are kind, url, file, folder, timeZone, parameters, base, asOf, prefix, references, statementTimeoutMs, pool, tls',
      'x/source.yaml:9: base: there is no folder "../none"',
      'x/source.yaml:4: timeZone: "Mars/Olympus" is no time zone',
      'x/source.yaml:8: parameters.a: expected text, a number, true or false',
      'x/source.yaml:5: asOf: "2014-02-30" is no date, YYYY-MM-DD',
      'x/source.yaml:6: statementTimeoutMs: expected a whole number from 1 to 600000',
      'x/source.yaml:7: pool: "min" is not known; known is max',
      'x/codes.yaml:2: customer.status: "OPENED" is none of OPEN, CLOSED, BLOCKED, LOST',
      'x/codes.yaml:3: customer.name has no codes: it is text',
      'x/codes.yaml:4: customer has no column "colour"',
      'x/codes.yaml:5: "nobody" is no relation of this system',
      'x/customer.sql:1: :a is not among the parameters of source.yaml',
      'x/customer.sql:2: :b is not among the parameters of source.yaml',
      'x/customers.sql:1: "customers" is no relation of this system; did you mean "customer"?',
      'x/order_line.sql:1: a mapping begins with SELECT or WITH',
    ])
    assert.throws(() => mappingSetIn(join(folder, 'x'), { relations, env: {} }), {
      code: 'MAPPING_INVALID',
      message: /x\/source\.yaml:2: .*\n.*x\/order_line\.sql:1:/s,
    })
  })

  it('needs its folder, source.yaml, a kind, an address and YAML that is some', (t) => {
    const folder = folderOf(t, {
      'empty/README.md': '',
      'kind/source.yaml': 'url: x',
      'address/source.yaml': 'kind: mysql',
      'broken/source.yaml': 'kind: sqlite\nfile: [a',
      'list/source.yaml': '- kind',
    })
    const one = (name: string) => problemsOf(join(folder, name)).join('\n')
    assert.match(one('nowhere'), /nowhere:1: there is no such folder/)
    assert.match(one('empty'), /source\.yaml:1: is missing/)
    assert.match(one('kind'), /kind: expected one of sqlite, postgresql, mysql/)
    assert.match(one('address'), /source\.yaml:1: url: mysql needs one/)
    assert.match(one('broken'), /broken\/source\.yaml:[23]: /)
    assert.match(one('list'), /expected keys with values/)
  })
})
