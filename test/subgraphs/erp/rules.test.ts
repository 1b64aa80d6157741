/** What the ERP knows beyond its rows: pure rules, no database. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Big } from '#shared/decimal.ts'
import {
  explode,
  freeOf,
  lacking,
  promise,
  promiseInOrder,
  rollUpCost,
  share,
  stuckReasons,
  type Edge,
  type Supply,
  type UnitCost,
} from '../../../subgraphs/erp/rules.ts'

const edge = (trail: string, componentSku: string, quantity: string, more = {}): Edge => ({
  trail,
  level: trail.split('/').length - 2,
  componentSku,
  quantity,
  unit: 'PCS',
  scrapPct: null,
  ...more,
})

const cost = (sku: string, standardCost: string, more = {}): [string, UnitCost] => [
  sku,
  {
    sku,
    standardCost,
    material: standardCost,
    labour: null,
    overhead: null,
    currency: 'TWD',
    ...more,
  },
]
const made = (sku: string, labour: string | null, overhead: string | null) =>
  cost(sku, '999', { material: null, labour, overhead })

const neededOf = (edges: readonly Edge[], quantity = '1') =>
  explode(edges, new Big(quantity)).map(({ skus, needed }) => [skus.join('>'), needed.toFixed()])

describe('exploding a bill', () => {
  it('multiplies quantity and scrap down every level, exactly', () => {
    const edges = [
      edge('/10/', 'A', '2', { scrapPct: '10' }),
      edge('/10/10/', 'B', '0.333'),
      edge('/10/10/10/', 'C', '3', { scrapPct: '0.5' }),
    ]
    // 7 × 2 × 1.1 = 15.4; × 0.333 = 5.1282; × 3 × 1.005 = 15.461523
    assert.deepEqual(neededOf(edges, '7'), [
      ['A', '15.4'],
      ['A>B', '5.1282'],
      ['A>B>C', '15.461523'],
    ])
  })

  it('keeps two positions of the same component apart, and what is below each', () => {
    const edges = [
      edge('/10/', 'A', '2'),
      edge('/20/', 'A', '3'),
      edge('/10/10/', 'B', '5'),
      edge('/20/10/', 'B', '5'),
    ]
    assert.deepEqual(neededOf(edges), [
      ['A', '2'],
      ['A', '3'],
      ['A>B', '10'],
      ['A>B', '15'],
    ])
  })

  it('takes a stock-keeping unit with a slash for one', () => {
    const edges = [edge('/10/', 'A/1', '1'), edge('/10/20/', 'B/2/3', '4')]
    const [, below] = explode(edges, new Big(1))
    assert.deepEqual(below?.skus, ['A/1', 'B/2/3'])
  })
})

describe('rolling up cost', () => {
  const edges = explode(
    [edge('/10/', 'A', '2'), edge('/10/10/', 'B', '3'), edge('/20/', 'C', '0.5')],
    new Big(1),
  )

  it('is bought material of the leaves, labour and overhead of all that is made', () => {
    const costs = new Map([
      made('P', '10', '5'),
      made('A', '4', '1.5'),
      cost('B', '7'),
      cost('C', '3'),
    ])
    const { material, labour, overhead, currency, missingCostSkus } = rollUpCost('P', edges, costs)
    // 2 × 3 × 7 + 0.5 × 3; 10 + 2 × 4; 5 + 2 × 1.5
    assert.deepEqual(
      [material.toFixed(), labour.toFixed(), overhead.toFixed(), currency, missingCostSkus],
      ['43.5', '18', '8', 'TWD', []],
    )
  })

  it('names what has no cost, and only that', () => {
    const costs = new Map([made('P', '10', '5'), made('A', '4', '1.5'), cost('C', '3')])
    assert.deepEqual(rollUpCost('P', edges, costs).missingCostSkus, ['B'])
  })

  it('a product without a cost of its own does not make its components missing', () => {
    const costs = new Map([made('A', '4', '1.5'), cost('B', '7'), cost('C', '3')])
    assert.deepEqual(rollUpCost('P', edges, costs).missingCostSkus, ['P'])
  })

  it('a made part without labour or overhead is missing, not free', () => {
    const costs = new Map([
      made('P', '10', null),
      made('A', null, '1'),
      cost('B', '7'),
      cost('C', '3'),
    ])
    assert.deepEqual(rollUpCost('P', edges, costs).missingCostSkus, ['A', 'P'])
  })

  it('never adds across currencies', () => {
    const costs = new Map([
      made('P', '10', '5'),
      made('A', '4', '1.5'),
      cost('B', '7', { currency: 'EUR' }),
      cost('C', '3'),
    ])
    assert.deepEqual(rollUpCost('P', edges, costs).missingCostSkus, ['B'])
  })

  it('a component cut off by the number of levels counts with all it costs', () => {
    const [top] = explode([edge('/10/', 'A', '2')], new Big(1))
    const costs = new Map([made('P', '10', '5'), made('A', '4', '1.5')])
    assert.ok(top)
    assert.equal(rollUpCost('P', [top], costs).material.toFixed(), '1998')
  })
})

const supply = (
  kind: Supply['kind'],
  date: string,
  quantity: string,
  reference: string | null = null,
) => ({ kind, date, quantity: new Big(quantity), reference }) satisfies Supply

describe('promising', () => {
  const supplies = [
    supply('PURCHASE_ORDER', '2026-07-20', '10', 'PO-2'),
    supply('PRODUCTION_ORDER', '2026-07-05', '4', 'MO-1'),
    supply('STOCK', '2026-06-30', '3'),
    supply('PURCHASE_ORDER', '2026-06-30', '2', 'PO-1'),
  ]
  const promised = (wanted: string, by: string | null) => {
    const { promisable, date, quantity, used } = promise(supplies, new Big(wanted), by)
    const sources = used.map((each) => `${each.reference ?? each.kind} ${each.quantity.toFixed()}`)
    return { promisable, date, quantity: quantity.toFixed(), sources }
  }

  it('takes free stock first, then what comes earliest', () => {
    assert.deepEqual(promised('8', null), {
      promisable: true,
      date: '2026-07-05',
      quantity: '8',
      sources: ['STOCK 3', 'PO-1 2', 'MO-1 3'],
    })
  })

  it('says what can be had in time and when the rest comes', () => {
    assert.deepEqual(promised('12', '2026-07-10'), {
      promisable: false,
      date: '2026-07-20',
      quantity: '9',
      sources: ['STOCK 3', 'PO-1 2', 'MO-1 4', 'PO-2 3'],
    })
  })

  it('the day asked for is in time', () => {
    assert.equal(promised('9', '2026-07-05').promisable, true)
    assert.equal(promised('9', '2026-07-04').promisable, false)
  })

  it('what never comes has no day', () => {
    const { promisable, date, quantity } = promised('20', null)
    assert.deepEqual([promisable, date, quantity], [false, null, '19'])
  })

  it('leaves alone what is empty or negative', () => {
    const { used, rest } = promise(
      [supply('STOCK', '2026-06-30', '0'), supply('PURCHASE_ORDER', '2026-07-01', '-2', 'PO-9')],
      new Big(1),
      null,
    )
    assert.deepEqual([used.length, rest.length], [0, 2])
  })

  it('gives stock once: by quote and line number, whatever the order they came in', () => {
    const demand = (quoteNo: string, lineNo: number, sku: string, quantity: string) => ({
      quoteNo,
      lineNo,
      sku,
      quantity,
    })
    const demands = [
      demand('Q-2', 1, 'X', '2'),
      demand('Q-1', 10, 'X', '2'),
      demand('Q-1', 9, 'X', '4'),
      demand('Q-1', 1, 'Y', '1'),
    ]
    const stock = new Map([['X', [supply('STOCK', '2026-06-30', '5')]]])
    const result = promiseInOrder(demands, stock)
    assert.deepEqual(
      demands.map((each) => result.get(each)?.quantity.toFixed()),
      ['0', '1', '4', '0'],
    )
    assert.equal(stock.get('X')?.[0]?.quantity.toFixed(), '5', 'the supplies themselves stay')
  })
})

describe('what free stock lacks', () => {
  it('is counted once over the rows that share a component', () => {
    const rows = [
      { componentSku: 'A', needed: new Big(6) },
      { componentSku: 'B', needed: new Big(1) },
      { componentSku: 'A', needed: new Big(6) },
      { componentSku: 'A', needed: new Big(1) },
    ]
    const lack = lacking(rows, new Map([['A', new Big(10)]]))
    assert.deepEqual(
      lack.map((each) => each.toFixed()),
      ['0', '1', '2', '1'],
    )
  })

  it('free is on hand less reserved over all sites, never below zero', () => {
    assert.equal(
      freeOf([
        { onHand: '5', reserved: '7' },
        { onHand: '4.5', reserved: '1' },
      ]).toFixed(),
      '1.5',
    )
    assert.equal(freeOf([{ onHand: '1', reserved: '3' }]).toFixed(), '0')
    assert.equal(freeOf([]).toFixed(), '0')
  })
})

describe('why an order is stuck', () => {
  const order = { isOpen: true, status: 'CONFIRMED', promisedOn: '2026-06-29' }
  const today = '2026-06-30'

  it('lists holds that still hold, late production, and the broken promise', () => {
    const holds = [
      { kind: 'CREDIT', releasedAt: null },
      { kind: 'QUALITY', releasedAt: '2026-06-01T00:00:00Z' },
    ]
    const production = [{ isOpen: true, dueOn: '2026-06-28' }]
    assert.deepEqual(stuckReasons(order, holds, production, today), [
      'CREDIT_HOLD',
      'PRODUCTION_LATE',
      'PROMISE_BROKEN',
    ])
  })

  it('a day promised for today is not broken, finished production is not late', () => {
    const production = [
      { isOpen: false, dueOn: '2026-01-01' },
      { isOpen: true, dueOn: today },
      { isOpen: true, dueOn: null },
    ]
    assert.deepEqual(stuckReasons({ ...order, promisedOn: today }, [], production, today), [])
  })

  it('what is ready and not shipped says so; what is closed is never stuck', () => {
    const ready = { ...order, status: 'READY' }
    assert.deepEqual(stuckReasons(ready, [], [], today), ['NOT_SHIPPED', 'PROMISE_BROKEN'])
    const hold = [{ kind: 'CREDIT', releasedAt: null }]
    assert.deepEqual(stuckReasons({ ...ready, isOpen: false }, hold, [], today), [])
  })
})

describe('a share', () => {
  it('has four places, and none without a whole', () => {
    assert.equal(share(2, 3), '0.6667')
    assert.equal(share('150', '100'), '1.5')
    assert.equal(share(1, 0), null)
  })
})
