/**
 * Which columns of the systems hold a protected fact, and which right it needs: a column that the type of
 * its rows has as a field holds what the field states. Read from the relations, the schemas and the rules,
 * so that a new protected column is here by itself.
 */
import {
  isObjectType,
  Kind,
  parse,
  print,
  type FieldDefinitionNode,
  type GraphQLSchema,
} from 'graphql'
import type { Column, Relation } from '#shared/relations.ts'
import { meets, type Requirement } from '#shared/rules/requirements.ts'
import type { Generation } from '../../../gateway/supergraph/generation.ts'
import { definitionOf, readFrom, systems, type System } from '../../subgraphs/systems.ts'

export interface ProtectedColumn {
  readonly database: string
  readonly table: string
  readonly name: string
  readonly column: Column
}

export interface ProtectedFact {
  /** One of these lists must be held whole. */
  readonly grants: Requirement['grants']
  readonly columns: readonly ProtectedColumn[]
}

/** Types whose rows lie in a relation of another name, which is of another type. */
const rowsOf: Readonly<Record<string, string>> = {
  'erp ErpCustomerRecord': 'customer',
  'erp ErpCustomerParticulars': 'customer_particulars',
  'erp BomCost': 'product_cost',
  'finance DebtorRecord': 'debtor',
  'crm IdentitySystem': 'identity_summary',
}

/** Columns that no type of their rows has as a field, and the field that states them. */
const statedBy: Readonly<Record<string, string>> = {
  'erp.product_cost.standardCost': 'Product.standardCost',
  'hr.salary.salary': 'Employee.salary',
  'finance.ledger_posting.debit': 'LedgerAggregate.debit',
  'finance.ledger_posting.credit': 'LedgerAggregate.credit',
  'finance.budget.amount': 'BudgetAggregate.budget',
  'finance.supplier_invoice.gross': 'Supplier.spend',
  'finance.supplier_invoice.openAmount': 'Supplier.payables',
}

/** By the right that each needs. */
export async function protectedFacts({
  apiSchema,
  policies,
}: Generation): Promise<readonly ProtectedFact[]> {
  const needsOf = (coordinate: string): readonly string[] =>
    [coordinate.slice(0, coordinate.indexOf('.')), coordinate]
      .flatMap((each) => policies.requirements.get(each) ?? [])
      .filter((need) => !meets(new Set(), [need]))
      .map(({ grants }) => JSON.stringify(grants))
  const facts = new Map<string, ProtectedColumn[]>()
  const lost = new Set(Object.keys(statedBy))
  for (const system of systems) {
    for (const { fields, ...column } of await columnsOf(system)) {
      const name = nameOf(column)
      const by = statedBy[name]
      if (by !== undefined && isField(by, apiSchema)) lost.delete(name)
      const stating = by === undefined ? fields : [...fields, by]
      // What one of its fields tells without the right is not protected by it.
      const [first = new Set<string>(), ...others] = stating.map(
        (field): ReadonlySet<string> => new Set(needsOf(field)),
      )
      for (const right of others.reduce((common, needs) => common.intersection(needs), first))
        facts.set(right, [...(facts.get(right) ?? []), column])
    }
  }
  if (lost.size > 0)
    throw new Error(`${[...lost].join()}: there is no such column, or no such field`)
  return [...facts].map(([right, columns]) => ({
    grants: JSON.parse(right) as Requirement['grants'], // as it was written above
    columns,
  }))
}

export const nameOf = ({ database, table, name }: ProtectedColumn): string =>
  `${database}.${table}.${name}`

/** A system's columns with the fields that are called like them, of the types of their rows. */
async function columnsOf(
  system: System,
): Promise<readonly (ProtectedColumn & { readonly fields: readonly string[] })[]> {
  const { databases } = await definitionOf(system)
  const types = parse(readFrom(system, 'schema.graphql')).definitions.filter(
    (each) => each.kind === Kind.OBJECT_TYPE_DEFINITION,
  )
  return Object.entries(databases).flatMap(([database, { relations }]) =>
    Object.entries(relations).flatMap(([table, relation]) => {
      const own = types.filter(({ name }) => isOf(`${system.name} ${name.value}`, table, relation))
      return valueColumns(relation).map(([name, column]) => ({
        database,
        table,
        name,
        column,
        fields: own.flatMap((type) =>
          (type.fields ?? [])
            .filter((field) => states(field, name, column))
            .map((field) => `${type.name.value}.${field.name.value}`),
        ),
      }))
    }),
  )
}

/** A field states the column that it is called like, and one that joins states the key that it joins by. */
function states(
  { name, type }: FieldDefinitionNode,
  column: string,
  { refersTo }: Pick<Column, 'refersTo'>,
): boolean {
  const [joined] = refersTo?.split('.') ?? []
  return name.value === column || (joined !== undefined && print(type).replace(/!$/, '') === joined)
}

/** Those that say something of a row: neither which row it is, nor what an amount is in. */
const valueColumns = ({ columns, key }: Relation) =>
  Object.entries(columns).filter(([name]) => name !== 'currency' && !key.includes(name))

function isOf(type: string, table: string, { entity }: Relation): boolean {
  const name = type.slice(type.indexOf(' ') + 1)
  return entity === name || rowsOf[type] === table || inCapitals(table) === name
}

const inCapitals = (name: string): string =>
  name
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')

function isField(coordinate: string, schema: GraphQLSchema): boolean {
  const [type = '', field = ''] = coordinate.split('.')
  const known = schema.getType(type)
  return isObjectType(known) && field in known.getFields()
}
