/**
 * The embedded databases hold what relations.ts declares, and every relation is open or closed to a
 * customer's rows on purpose. The expectation is read back from SQLite, not from the statement text.
 */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { expressionBuilder } from 'kysely'
import type { Column, Relation, RuleParameters } from '#shared/relations.ts'
import { createIndexes, createTables } from '#shared/tables.ts'
import { rowRules } from '../../gateway/policy/row-rules.ts'
import { definitionOf, systems } from './systems.ts'

type Row = Readonly<Record<string, unknown>>

const byName = (a: Row, b: Row): number => (String(a['name']) < String(b['name']) ? -1 : 1)

/** Relations that a principal limited to customers never sees. Adding one is a decision. */
const closed: Readonly<Record<string, readonly string[]>> = {
  crm: ['lead', 'campaign', 'campaign_member', 'task'],
  identity: [
    'identity_candidate',
    'identity_decision',
    'identity_request',
    'identity_finding',
    'identity_summary',
  ],
  erp: [
    'product_cost',
    'bom',
    'bom_line',
    'product_configuration',
    'configuration_choice',
    'supplier',
    'supplier_offer',
    'purchase_order',
    'purchase_order_line',
    'production_order',
    'production_order_demand',
    'sales_plan',
    'complaint_record',
    'task',
    'market_datum',
  ],
  finance: [
    'bank_transaction',
    'ledger_account',
    'cost_centre',
    'ledger_posting',
    'budget',
    'commission_statement',
    'commission_line',
    'supplier_invoice',
  ],
  hr: [
    'employee',
    'department',
    'employee_skill',
    'certification',
    'schedule_entry',
    'salary',
    'commission_plan',
    'commission_rule',
    'commission_assignment',
  ],
}

/** Rules that show little: by database, what they show. Adding to it is a decision. */
const open: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  own_supplier: {
    erp: ['product', 'supplier', 'supplier_offer', 'purchase_order', 'purchase_order_line'],
    finance: ['supplier_invoice'],
  },
  own_orders: {
    erp: [
      'product',
      'product_price',
      'config_option',
      'config_choice',
      'config_exclusion',
      'site',
      'stock',
      'sales_order',
      'sales_order_line',
      'order_hold',
      'shipment_order',
    ],
  },
  own_department: {
    hr: [
      'employee',
      'department',
      'employee_skill',
      'certification',
      'schedule_entry',
      'salary',
      'commission_plan',
      'commission_rule',
      'commission_assignment',
    ],
  },
}

/** What a rule by ids carries when the crosswalk has completed it. */
const identities = ['crmAccountId', 'customerId', 'erpCustomerNo', 'debtorNo']

/** Relations whose decimals with three places are quantities in the unit of the product. */
const quantitiesOnly = new Set(['bom_line', 'stock', 'production_order'])

const storage: Readonly<Record<Column['type']['kind'], string>> = {
  id: 'TEXT',
  text: 'TEXT',
  enum: 'TEXT',
  date: 'TEXT',
  instant: 'TEXT',
  integer: 'INTEGER',
  boolean: 'INTEGER',
  decimal: 'INTEGER',
  float: 'no relation stores a float',
}

for (const system of systems) {
  const { databases } = await definitionOf(system)
  for (const [database, { relations }] of Object.entries(databases)) {
    describe(`the relations of ${database}`, () => {
      const file = new DatabaseSync(':memory:')
      file.exec([createTables(relations), ...createIndexes(relations)].join('\n'))
      const ask = (sql: string, ...values: string[]) =>
        file
          .prepare(sql)
          .all(...values)
          .map((row) => ({ ...row }))

      it('are tables of the same name, all of them strict', () => {
        const tables = ask("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
        const declared: readonly Row[] = Object.keys(relations).map((name) => ({ name, strict: 1 }))
        assert.deepEqual(
          tables.filter((row) => !String(row['name']).startsWith('sqlite_')).toSorted(byName),
          declared.toSorted(byName),
        )
      })

      for (const [name, relation] of Object.entries(relations)) {
        it(`${name} has its columns, key and indexes`, () => {
          assert.deepEqual(
            ask('SELECT name, type, "notnull", pk FROM pragma_table_info(?) ORDER BY cid', name),
            Object.entries(relation.columns).map(([column, { type, nullable }]) => ({
              name: column,
              type: storage[type.kind],
              notnull: nullable ? 0 : 1,
              pk: relation.key.indexOf(column) + 1,
            })),
          )
          const found = ask(
            "SELECT name FROM pragma_index_list(?) WHERE origin = 'c' ORDER BY seq DESC",
            name,
          ).map((index) =>
            ask('SELECT name FROM pragma_index_info(?) ORDER BY seqno', String(index['name'])).map(
              (column) => column['name'],
            ),
          )
          assert.deepEqual(found, relation.indexes ?? [])
        })

        it(`${name} is described; a key is never null; an amount has its currency`, () => {
          assert.match(relation.description, /\w.*\.$/s)
          assert.match(name, /^[a-z]+(_[a-z]+)*$/)
          for (const column of Object.keys(relation.columns)) {
            assert.match(column, /^[a-z][A-Za-z0-9]*$/)
          }
          for (const column of relation.key) assert.equal(relation.columns[column]?.nullable, false)
          const types = Object.values(relation.columns).map(({ type }) => type)
          const hasAmount = types.some(
            (type) => type.kind === 'decimal' && type.precision === 18 && type.scale === 3,
          )
          const hasCurrency = Object.keys(relation.columns).some((column) =>
            /currency/i.test(column),
          )
          assert.ok(!hasAmount || hasCurrency || quantitiesOnly.has(name), 'no currency')
        })
      }

      for (const rule of Object.keys(rowRules)) {
        it(`are open by the rule ${rule}, or closed on purpose`, () => {
          const without = Object.entries(relations).flatMap(([name, { rules }]) =>
            rules?.[rule] === undefined ? [name] : [],
          )
          const shown = open[rule]
          if (shown === undefined) assert.deepEqual(without, closed[database] ?? [])
          else {
            const names = Object.keys(relations).filter((name) => !without.includes(name))
            assert.deepEqual(names, shown[database] ?? [])
          }
        })
      }

      it('declare no rule that a partner file cannot name, and read no parameter it does not give', () => {
        for (const [name, { rules = {} }] of Object.entries<Relation>(relations)) {
          for (const [rule, predicate] of Object.entries(rules)) {
            const needs = rowRules[rule]
            assert.ok(needs, `${name}: ${rule}`)
            if (predicate === 'ALL') continue
            const read = new Set<string>()
            const parameters = new Proxy<RuleParameters>(
              {},
              { get: (_, parameter) => void read.add(String(parameter)) },
            )
            predicate(expressionBuilder(), parameters, name)
            const known =
              needs.complete === undefined ? needs.parameters : [...needs.parameters, ...identities]
            for (const parameter of read) assert.ok(known.includes(parameter), parameter)
          }
        }
      })
    })
  }
}
