/** The library of questions: what a folder must hold, and that all mistakes are told at once. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { AppError } from '#shared/errors.ts'
import { readLibrary, reportNamed } from '../../../gateway/reports/library.ts'

const good = `title: Orders
theme: Sales
description: All orders.
identity: sales
variables: { first: 5 }
rows: orders.nodes
columns:
  - { path: no, label: Order }
`

describe('the library', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-library-'))
  after(() => rmSync(folder, { recursive: true }))

  const library = (reports: Readonly<Record<string, readonly [string, string]>>) => {
    rmSync(folder, { recursive: true, force: true })
    for (const [name, [yaml, operation]] of Object.entries(reports)) {
      mkdirSync(join(folder, name), { recursive: true })
      writeFileSync(join(folder, name, 'report.yaml'), yaml)
      writeFileSync(join(folder, name, 'operation.graphql'), operation)
    }
    return folder
  }

  it('reads a question whole, in the order of the names', () => {
    const reports = readLibrary(library({ b: [good, '{ b }'], a: [good, '{ a }'] }))
    assert.deepEqual(
      reports.map(({ name }) => name),
      ['a', 'b'],
    )
    assert.deepEqual(reports[0], {
      name: 'a',
      title: 'Orders',
      theme: 'Sales',
      description: 'All orders.',
      operation: '{ a }',
      variables: { first: 5 },
      identity: 'sales',
      rows: 'orders.nodes',
      columns: [{ path: 'no', label: 'Order' }],
    })
  })

  it('tells all mistakes of all questions at once', () => {
    const broken = library({
      one: ['title: 1\ncolumns: [{ path: a }]', 'query {'],
      two: [good.replace('identity: sales', 'identity: ceo'), '{ a }'],
      three: ['a: [', '{ a }'],
    })
    assert.throws(
      () => readLibrary(broken),
      (error) => {
        assert.ok(error instanceof AppError)
        assert.equal(error.code, 'REPORT_INVALID')
        for (const problem of [
          'one: report.yaml: "title" must be text',
          'one: report.yaml: "theme" must be text',
          'one: report.yaml: columns[0] needs "path" and "label"',
          'one: operation.graphql: Syntax Error',
          'two: report.yaml: "identity" is no demo identity: ceo',
          'three: report.yaml: ',
        ]) {
          assert.ok(error.message.includes(problem), problem)
        }
        return true
      },
    )
  })

  it('a name that is not there says where the names are', () => {
    assert.throws(() => reportNamed('nope'), {
      code: 'NOT_FOUND',
      message: 'There is no question "nope". See: isthmus report list',
    })
  })

  it('holds twenty questions and a report on data quality, and each starts with a comment that says what it is', () => {
    const reports = readLibrary()
    assert.equal(reports.length, 21)
    for (const { name, operation } of reports) assert.match(operation, /^# \S/, name)
  })
})
