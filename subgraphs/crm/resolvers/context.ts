/** What the CRM's resolvers have at hand. */
import { rewriteIds, type FilterInput, type IdRewrite } from '#shared/filter.ts'
import type { Context } from '#shared/subgraph.ts'
import type { databases, Loaders } from '../loaders.ts'

export type Crm = Context<typeof databases, Loaders>

/** The arguments of a field that looks at a range of days. */
export interface Ranged {
  readonly range?: { readonly from?: string | null; readonly to?: string | null } | null
}

/** Loads what a nullable key names; a dimension that was not asked for is no key either. */
export const maybe = <Row>(key: string | null | undefined, load: (key: string) => Promise<Row>) =>
  key === null || key === undefined ? null : load(key)

export const customerOf = (
  { crmAccountId }: { crmAccountId: string | null },
  _: object,
  crm: Crm,
) => maybe(crmAccountId ?? null, (id) => crm.loaders.customerByAccount.load(id))

/** The campaign of a row; a dimension that was not asked for is none. */
export const campaignOf = ({ campaignId }: { campaignId: string | null }, _: object, crm: Crm) =>
  maybe(campaignId ?? null, (id) => crm.loaders.campaignById.load(id))

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
  return (await loaders.accountBy(system).load(value))?.crmAccountId ?? null
}

const inAccounts = (crmAccountIds: readonly string[]): FilterInput => ({
  crmAccountId: { in: crmAccountIds },
})

/** Isthmus ids as a filter on all their accounts. */
const byCustomerId =
  ({ loaders }: Crm): IdRewrite =>
  async (ids) => {
    const found = await Promise.all(ids.map((id) => loaders.accountsById.load(id)))
    return inAccounts(
      found.flatMap((rows, at) =>
        rows.length > 0 ? rows.map((row) => row.crmAccountId) : [ids[at] ?? ''],
      ),
    )
  }

const byForeign =
  (system: 'ERP' | 'FINANCE', { loaders }: Crm): IdRewrite =>
  async (values) => {
    const found = await Promise.all(values.map((value) => loaders.accountBy(system).load(value)))
    return inAccounts(found.flatMap((row) => (row === null ? [] : [row.crmAccountId])))
  }

interface Filtered {
  readonly filter?: object | null | undefined
}

/** The arguments of a list of customers with the ids of other systems turned into accounts. */
export const withAccounts = async <Args extends Filtered>(args: Args, crm: Crm) => ({
  ...args,
  filter: await rewriteIds(args.filter, {
    id: byCustomerId(crm),
    erpCustomerNo: byForeign('ERP', crm),
    debtorNo: byForeign('FINANCE', crm),
  }),
})

/** The arguments of a list of what customers have, with the customers' ids turned into accounts. */
export const withCustomers = async <Args extends Filtered>(args: Args, crm: Crm) => ({
  ...args,
  filter: await rewriteIds(args.filter, { customerId: byCustomerId(crm) }),
})
