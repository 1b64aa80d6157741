/**
 * The statements on the crosswalk. Never joined with the CRM's relations.
 */
import type { IdentityDb, IdentityLink } from './database.ts'

/** The accounts behind ids: the surest match first, then the lowest id. */
export const accountsOf = (
  db: IdentityDb,
  system: IdentityLink['system'],
  values: readonly string[],
) =>
  db
    .selectFrom('identity_link as link')
    .innerJoin('identity_link as account', 'account.customerId', 'link.customerId')
    .select(['link.value as key', 'account.value as crmAccountId'])
    .where('link.system', '=', system)
    .where('link.value', 'in', values)
    .where('account.system', '=', 'CRM')
    .orderBy('link.value')
    .orderBy('link.confidence', 'desc')
    .orderBy('link.customerId')
    .orderBy('account.isPrimary', 'desc')
    .limit(maxLinks)
    .execute()

/** The accounts of Isthmus ids. */
export const accountsOfIds = (db: IdentityDb, customerIds: readonly string[]) =>
  db
    .selectFrom('identity_link')
    .select(['customerId as key', 'value as crmAccountId'])
    .where('system', '=', 'CRM')
    .where('customerId', 'in', customerIds)
    .orderBy('customerId')
    .orderBy('isPrimary', 'desc')
    .orderBy('value')
    .limit(maxLinks)
    .execute()

const maxLinks = 100_000

/** All links of the customers that these accounts are: one statement from account to every id. */
export const linksOfAccounts = (db: IdentityDb, crmAccountIds: readonly string[]) =>
  db
    .selectFrom('identity_link as account')
    .innerJoin('identity_link as link', 'link.customerId', 'account.customerId')
    .select([
      'account.value as crmAccountId',
      'link.customerId',
      'link.system',
      'link.value',
      'link.isPrimary',
      'link.validFrom',
      'link.matchedBy',
      'link.confidence',
    ])
    .where('account.system', '=', 'CRM')
    .where('account.value', 'in', crmAccountIds)
    .orderBy('account.value')
    .orderBy('account.confidence', 'desc')
    .orderBy('account.customerId')
    .orderBy('link.system')
    .orderBy('link.isPrimary', 'desc')
    .orderBy('link.value')
    .limit(maxLinks)
    .execute()
