/**
 * The statements on the crosswalk. Never joined with the CRM's relations.
 *
 * An id that several customers claim counts for the surest match only: the highest confidence, then
 * the lowest customer id. Where a customer has several accounts, the ids of other systems count for
 * the first of them. So no number is ever summed twice, and each is found where it counts.
 */
import { expressionBuilder, type Expression, type SqlBool } from 'kysely'
import { capped } from '#shared/limits.ts'
import { boolean, type AnyDatabase } from '#shared/relations.ts'
import { typed } from '#shared/result-types.ts'
import { fixed } from '#shared/statement-shape.ts'
import type { IdentityDb, IdentityLink } from './database.ts'

const build = expressionBuilder<AnyDatabase, string>()

/** No other customer claims the id of this link more surely. A match nobody rated is the least sure. */
function isSurest(link: string): Expression<SqlBool> {
  const rival = `${link}Rival`
  const confidence = (of: string) => build.fn.coalesce(build.ref(`${of}.confidence`), build.lit(-1))
  return build.not(
    build.exists(
      build
        .selectFrom(`identity_link as ${rival}`)
        .select(`${rival}.value`)
        .whereRef(`${rival}.system`, '=', `${link}.system`)
        .whereRef(`${rival}.value`, '=', `${link}.value`)
        .where(
          build.or([
            build(confidence(rival), '>', confidence(link)),
            build.and([
              build(confidence(rival), '=', confidence(link)),
              build(`${rival}.customerId`, '<', build.ref(`${link}.customerId`)),
            ]),
          ]),
        ),
    ),
  )
}

/** The customer of this link has no account that comes before it. */
const isFirstAccount = (account: string): Expression<SqlBool> =>
  build.not(
    build.exists(
      build
        .selectFrom('identity_link as earlier')
        .select('earlier.value')
        .where('earlier.system', '=', 'CRM')
        .whereRef('earlier.customerId', '=', `${account}.customerId`)
        .where(isSurest('earlier'))
        .where(
          build.or([
            build('earlier.isPrimary', '>', build.ref(`${account}.isPrimary`)),
            build.and([
              build('earlier.isPrimary', '=', build.ref(`${account}.isPrimary`)),
              build('earlier.value', '<', build.ref(`${account}.value`)),
            ]),
          ]),
        ),
    ),
  )

// They are long and never change, so they are made once.
const surest = { link: fixed(isSurest('link')), account: fixed(isSurest('account')) }
const isFirst = fixed(isFirstAccount('account'))
const counts = fixed(build.and([surest.link, isFirst]))

/** The account for which each id of another system counts: one at most. */
export const accountsOf = (
  db: IdentityDb,
  system: IdentityLink['system'],
  values: readonly string[],
) =>
  linksOf(
    db
      .selectFrom('identity_link as link')
      .innerJoin('identity_link as account', 'account.customerId', 'link.customerId')
      .select(['link.value as key', 'account.value as crmAccountId'])
      .where('link.system', '=', system)
      .where('link.value', 'in', values)
      .where('account.system', '=', 'CRM')
      .where(surest.link)
      .where(surest.account)
      .where(isFirst),
  )

/**
 * The accounts of Isthmus ids, the first one first. An id that was merged away is looked for in a
 * statement of its own, which only ids that nobody has need.
 */
export async function accountsOfIds(db: IdentityDb, customerIds: readonly string[]) {
  const found = await accountsOfPresentIds(db, customerIds)
  const known = new Set(found.map(({ key }) => key))
  const unknown = customerIds.filter((id) => !known.has(id))
  return unknown.length === 0 ? found : [...found, ...(await accountsOfOldIds(db, unknown))]
}

const accountsOfOldIds = (db: IdentityDb, oldIds: readonly string[]) =>
  linksOf(
    db
      .selectFrom('identity_alias as alias')
      .innerJoin('identity_link as account', 'account.customerId', 'alias.customerId')
      .select(['alias.oldId as key', 'account.value as crmAccountId'])
      .where('account.system', '=', 'CRM')
      .where('alias.oldId', 'in', oldIds)
      .where(surest.account)
      .orderBy('alias.oldId')
      .orderBy('account.isPrimary', 'desc')
      .orderBy('account.value'),
  )

const accountsOfPresentIds = (db: IdentityDb, customerIds: readonly string[]) =>
  linksOf(
    db
      .selectFrom('identity_link as account')
      .select(['account.customerId as key', 'account.value as crmAccountId'])
      .where('account.system', '=', 'CRM')
      .where('account.customerId', 'in', customerIds)
      .where(surest.account)
      .orderBy('account.customerId')
      .orderBy('account.isPrimary', 'desc')
      .orderBy('account.value'),
  )

/** All links of the customers that these accounts are: one statement from account to every id. */
export const linksOfAccounts = (db: IdentityDb, crmAccountIds: readonly string[]) =>
  linksOf(
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
        // Claimed is not yet counted: see above.
        typed(counts, boolean(), 'counts'),
      ])
      .where('account.system', '=', 'CRM')
      .where('account.value', 'in', crmAccountIds)
      .where(surest.account)
      .orderBy('account.value')
      .orderBy('link.system')
      .orderBy('link.isPrimary', 'desc')
      .orderBy('link.value'),
  )

interface Query<Row> {
  limit(rows: number): { execute(): Promise<readonly Row[]> }
}

const maxLinks = 100_000

/** Refuses rather than cuts: a link that is missing would be money that is missing. */
const linksOf = async <Row>(query: Query<Row>): Promise<readonly Row[]> =>
  capped(await query.limit(maxLinks + 1).execute(), maxLinks, 'The crosswalk')
