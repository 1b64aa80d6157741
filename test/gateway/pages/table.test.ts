/** An answer as the Playground's table: by the saved question, or by what the answer looks like. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { tableOf } from '../../../gateway/pages/playground/table.ts'

const answerWith = (data: unknown, query = '{ customers { nodes { name } } }') => ({
  query,
  operationName: null,
  data,
  errors: [],
  sources: [],
  milliseconds: 1,
})

describe('an answer as a table', () => {
  it('has the rows and columns of its saved question', () => {
    const question = {
      name: 'open',
      title: 'Open',
      theme: 'Finance',
      description: '',
      operation: 'query Open { customer { name invoices { nodes { invoiceNo } } } }\n',
      variables: {},
      rows: 'customer.invoices.nodes',
      columns: [
        { path: '/customer.name', label: 'Customer' },
        { path: 'invoiceNo', label: 'Invoice' },
      ],
      reader: null,
    }
    const data = { customer: { name: 'Harbour', invoices: { nodes: [{ invoiceNo: 'INV-1' }] } } }
    assert.deepEqual(tableOf(answerWith(data, question.operation.trim()), [question]), {
      columns: question.columns,
      rows: [['Harbour', 'INV-1']],
    })
  })

  it('takes the list nearest to the root, and plain values below a row', () => {
    const nodes = [
      { no: 'SO-1', net: { amount: '9007199254740993.10', currency: 'TWD' }, isOpen: true },
      { no: 'SO-2', net: null, lines: { nodes: [{ lineNo: 1 }] } },
    ]
    const { columns, rows } = tableOf(answerWith({ orders: { nodes } }), [])
    assert.deepEqual(
      columns.map(({ path }) => path),
      ['no', 'net.amount', 'net.currency', 'isOpen'],
    )
    assert.deepEqual(rows[0], ['SO-1', '9007199254740993.10', 'TWD', 'true'])
    assert.deepEqual(rows[1], ['SO-2', '', '', ''])
  })

  it('is empty when the answer has no list', () => {
    assert.deepEqual(tableOf(answerWith(null), []), { columns: [], rows: [] })
    assert.deepEqual(tableOf(answerWith({ viewer: { subject: 'a' } }), []).rows, [])
  })
})
