/** The CRM's pure rules, at their edges. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  complaintStats,
  conversionRate,
  customerIds,
  pipelineOf,
  winRate,
  type Link,
} from '../../../subgraphs/crm/rules.ts'

const link = (system: string, value: string, isPrimary = true, counts = true): Link => ({
  customerId: 'C1',
  system,
  value,
  isPrimary,
  counts,
})

describe('customerIds', () => {
  it('is the account alone without a crosswalk', () => {
    assert.deepEqual(customerIds('A1', []), {
      id: 'A1',
      erpCustomerNo: null,
      erpCustomerNos: [],
      debtorNo: null,
    })
  })

  it('puts the primary number first and leaves out what only is claimed', () => {
    const links = [
      link('CRM', 'A1'),
      link('ERP', '1', true, false),
      link('ERP', '2', false),
      link('ERP', '3'),
      link('FINANCE', 'D1', true, false),
      link('FINANCE', 'D2', false),
    ]
    assert.deepEqual(customerIds('A1', links), {
      id: 'C1',
      erpCustomerNo: '3',
      erpCustomerNos: ['3', '2'],
      debtorNo: 'D2',
    })
  })
})

describe('pipelineOf', () => {
  it('adds exactly, in the places of the currency', () => {
    const stages = ['PROPOSAL', 'QUALIFIED'].map((stage) => ({
      stage,
      count: 1,
      amount: '0.1',
      weighted: '0.2',
    }))
    const { amount, weighted, count } = pipelineOf('TWD', stages)
    assert.deepEqual(
      [amount.amount, weighted.amount, count],
      ['0.20', '0.40', 2], // not 0.30000000000000004 of floats
    )
    assert.equal(pipelineOf('JPY', []).amount.amount, '0')
  })
})

describe('winRate', () => {
  it('is won among closed, unknown while nothing is closed', () => {
    assert.deepEqual(
      [winRate(0, 0), winRate(0, 3), winRate(1, 2), winRate(5, 0)],
      [null, '0', '0.3333', '1'],
    )
  })
})

describe('conversionRate', () => {
  it('is converted among all, unknown where there is none', () => {
    assert.deepEqual(
      [conversionRate(0, 0), conversionRate(0, 3), conversionRate(2, 3), conversionRate(3, 3)],
      [null, '0', '0.6667', '1'],
    )
  })
})

describe('complaintStats', () => {
  const cause = (rootCause: string | null, complaints: number, returns = 0, warranties = 0) => ({
    rootCause,
    complaints,
    returns,
    warranties,
  })

  it('names the three most frequent known causes, equal ones by name', () => {
    const stats = complaintStats([
      cause(null, 9),
      cause('WRONG_PART', 1, 1),
      cause('SEAL_LEAK', 0, 0, 2),
      cause('BEARING_WEAR', 5),
      cause('INSTALLATION', 1),
      cause('DOCUMENTATION', 0),
    ])
    assert.deepEqual(stats, {
      complaints: 16,
      returns: 1,
      warranties: 2,
      topRootCauses: ['BEARING_WEAR', 'SEAL_LEAK', 'WRONG_PART'],
    })
  })

  it('is zero without cases', () => {
    assert.deepEqual(complaintStats([]), {
      complaints: 0,
      returns: 0,
      warranties: 0,
      topRootCauses: [],
    })
  })
})
