/** What the CRM's resolvers have at hand. */
import type { FilterInput } from '#shared/filter.ts'
import { rewriteIds } from '#shared/filter.ts'
import type { ListArgs } from '#shared/list.ts'
import type { Context } from '#shared/subgraph.ts'
import type { databases, Loaders } from '../loaders.ts'

export type Crm = Context<typeof databases, Loaders>

/** The arguments of a field that looks at a range of days. */
export interface Ranged {
  readonly range?: { readonly from?: string | null; readonly to?: string | null } | null
}

/** Loads what a nullable key names; a dimension that was not asked for is no key either. */
export const maybe = <Row>(
  key: string | null | undefined,
  load: (key: string) => Promise<Row>,
) => (key === null || key === undefined ? null : load(key))

export const customerOf = (
  { crmAccountId }: { crmAccountId: string | null },
  _: object,
  crm: Crm,
) => maybe(crmAccountId ?? null, (id) => crm.loaders.customerByAccount.load(id))

/** An employee, whom HR owns, by a column that holds the login id. */
export const employeeOf =
  <Column extends string>(column: Column) =>
  (row: { readonly [Name in Column]: string | null }) =>
    row[column] === null ? null : { loginId: row[column] }

/** The account of an Isthmus id: the crosswalk's, or the id itself where it knows none. */
export async function accountOfId(id: string, { loaders }: Crm): Promise<string> {
  return (await loaders.accountsById.load(id))[0]?.crmAccountId ?? id
}

export async function accountOfForeign(
  system: 'ERP' | 'FINANCE',
  value: string,
  { loaders }: Crm,
): Promise<string | null> {
  return (await loaders.accountsBy(system).load(value))[0]?.crmAccountId ?? null
}

/** A customer filter with the ids of other systems turned into accounts. */
export const withAccounts = async (args: ListArgs, { loaders }: Crm): Promise<ListArgs> => {
  const accounts = (rows: readonly (readonly { crmAccountId: string }[])[]): FilterInput => ({
    crmAccountId: { in: rows.flat().map((row) => row.crmAccountId) },
  })
  const foreign = (system: 'ERP' | 'FINANCE') => async (values: readonly string[]) =>
    accounts(await Promise.all(values.map((value) => loaders.accountsBy(system).load(value))))
  return {
    ...args,
    filter: await rewriteIds(args.filter, {
      id: async (ids) => {
        const found = await Promise.all(ids.map((id) => loaders.accountsById.load(id)))
        return accounts(
          found.map((rows, at) => (rows.length > 0 ? rows : [{ crmAccountId: ids[at] ?? '' }])),
        )
      },
      erpCustomerNo: foreign('ERP'),
      debtorNo: foreign('FINANCE'),
    }),
  }
}
