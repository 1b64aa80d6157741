/** Names of tables and columns as words: what counts as the same, and what does not. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { similarity, wordsOf } from '../../../gateway/cli/commands/source/propose/words.ts'

const same: readonly (readonly [string, string])[] = [
  ['orderedOn', 'OrderDate'],
  ['sales_order_line', 'SalesOrderDetails'],
  ['erpCustomerNo', 'erp_client_id'],
  ['salespersonNo', 'SalesPersonID'],
  ['bom', 'BillOfMaterials'],
  ['bornOn', 'birth_date'],
  ['quantity', 'Qty'],
]

const different: readonly (readonly [string, string])[] = [
  ['lineNo', 'order_id'],
  ['net', 'tax'],
  ['shippedNet', 'ship_via'],
  ['customer', 'supplier'],
  ['id', 'key'],
]

it('names of one meaning are the same, weak words decide nothing', () => {
  for (const [one, other] of same) {
    assert.equal(similarity(wordsOf(one), wordsOf(other)), 1, `${one}, ${other}`)
  }
  for (const [one, other] of different) {
    const found = similarity(wordsOf(one), wordsOf(other))
    assert.ok(found < 0.75, `${one}, ${other}: ${found}`)
  }
})
