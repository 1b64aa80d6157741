/**
 * The statements about customers, contacts and interactions.
 */
import type { DateRange } from '#shared/calendar.ts'
import { byId, contains, dateRange, filterFor, inList, type FilterInput } from '#shared/filter.ts'
import { listOf } from '#shared/list.ts'
import { rowsBy } from '#shared/rows.ts'
import { relations } from '../relations.ts'
import type { CrmDatabase, Db } from './database.ts'

export const customers = listOf<CrmDatabase, 'customer'>('customer', relations.customer, {
  filter: filterFor({
    crmAccountId: byId('customer.crmAccountId'),
    segmentCode: byId('customer.segmentCode'),
    region: byId('customer.region'),
    status: inList('customer.status'),
    kind: inList('customer.kind'),
    ownerLoginId: byId('customer.ownerLoginId'),
    nameContains: contains('customer.name'),
    created: dateRange('customer.createdOn'),
  }),
  sorts: { NAME: 'name', CREATED_ON: 'createdOn', HEALTH_SCORE: 'healthScore' },
  order: { column: 'name', direction: 'ASC' },
})

export const contacts = listOf<CrmDatabase, 'contact'>('contact', relations.contact, {
  filter: filterFor({
    id: byId('contact.id'),
    crmAccountId: byId('contact.crmAccountId'),
    nameContains: contains('contact.name'),
  }),
  sorts: { NAME: 'name' },
  order: { column: 'name', direction: 'ASC' },
})

export const interactions = listOf<CrmDatabase, 'interaction'>(
  'interaction',
  relations.interaction,
  {
    filter: filterFor({
      crmAccountId: byId('interaction.crmAccountId'),
      loginId: byId('interaction.loginId'),
      caseNo: byId('interaction.caseNo'),
      channel: inList('interaction.channel'),
      range: dateRange('interaction.occurredOn'),
    }),
    sorts: { AT: 'at' },
    order: { column: 'at', direction: 'DESC' },
  },
)

export const customersByAccount = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'customer', relations.customer, 'crmAccountId', ids)

export const segmentsByCode = (db: Db, codes: readonly string[]) =>
  rowsBy(db, 'segment', relations.segment, 'code', codes)

export const allSegments = (db: Db) =>
  db.selectFrom('segment').select(['code', 'name']).orderBy('code').limit(101).execute()

export const addressesOf = (db: Db, accounts: readonly string[]) =>
  rowsBy(db, 'customer_address', relations.customer_address, 'crmAccountId', accounts)

export const contactsById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'contact', relations.contact, 'id', ids)

export const consentsOf = (db: Db, contactIds: readonly string[]) =>
  rowsBy(db, 'contact_consent', relations.contact_consent, 'contactId', contactIds)

export const interactionsById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'interaction', relations.interaction, 'id', ids)

export interface InteractionArgs {
  readonly range?: DateRange | null
  readonly channels?: readonly string[] | null
}

/** The arguments of `Customer.interactions` as a filter. */
export const interactionFilter = ({ range, channels }: InteractionArgs): FilterInput => ({
  range: range ?? null,
  channel: channels ?? null,
})
