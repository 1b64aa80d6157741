/** Answers as rows: the grain, what stands above it, and lists on the way. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cell, rowsAt } from '../../../gateway/reports/rows.ts'

const data = {
  customer: {
    name: 'Ann',
    orders: {
      nodes: [
        {
          no: 1,
          lines: [
            { sku: 'A', tags: ['x', 'y'] },
            { sku: 'B', tags: [] },
          ],
        },
        null,
        { no: 2, lines: [{ sku: 'C', tags: null }] },
        { no: 3, lines: [] },
      ],
    },
    agent: null,
  },
}

const table = (rows: string, ...paths: string[]) =>
  rowsAt(data, rows).map((row) => paths.map((path) => cell(row, path)))

describe('rows of an answer', () => {
  it('are the items of the list at the path; null items are none', () => {
    assert.deepEqual(table('customer.orders.nodes', 'no'), [[1], [2], [3]])
  })

  it('lists on the way multiply to the grain, and what is above is repeated', () => {
    assert.deepEqual(
      table('customer.orders.nodes.lines', '/customer.name', '/customer.orders.nodes.no', 'sku'),
      [
        ['Ann', 1, 'A'],
        ['Ann', 1, 'B'],
        ['Ann', 2, 'C'],
      ],
    )
  })

  it('a list below the grain is one cell, its values joined', () => {
    assert.deepEqual(table('customer.orders.nodes', 'lines.sku'), [['A; B'], ['C'], ['']])
    assert.deepEqual(table('customer.orders.nodes.lines', 'tags'), [['x; y'], [''], [null]])
  })

  it('one object is one row; what is absent is no row and never an invented value', () => {
    assert.deepEqual(table('customer', 'name', 'agent.name', 'nothing'), [['Ann', null, null]])
    assert.deepEqual(table('customer.agent', 'name'), [])
    assert.deepEqual(table('nothing.at.all', 'name'), [])
    assert.deepEqual(rowsAt(null, 'customer'), [])
  })
})
