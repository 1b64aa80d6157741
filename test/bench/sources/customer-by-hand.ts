/**
 * The question about one customer as somebody writes it who knows the tables: only what is asked for,
 * through the same driver, at the same time where nothing has to be waited for.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SourceConnection } from '../../../subgraphs/shared/sources/connection.ts'
import { sql as embeddedSql } from '../contestants/hand-embedded-sql.ts'
import { tableOf } from '../../support/demo-tables.ts'

type Row = Readonly<Record<string, unknown>>

const limits = { signal: new AbortController().signal, deadlineAt: Infinity }
const places = new Map([
  ['JPY', 0],
  ['KRW', 0],
  ['KWD', 3],
])

/** `data` is the folder of the crosswalk, which stays ours. */
export function customerByHand(connection: SourceConnection, data: string) {
  const crosswalk = new DatabaseSync(join(data, 'identity.sqlite'), { readOnly: true })
  const links = crosswalk.prepare(embeddedSql.links.replace('??', '?'))

  /** Columns by their names, as they are selected. */
  async function rows(columns: string, from: string, parameters: unknown[]): Promise<Row[]> {
    const names = columns.split(' ')
    const isMysql = connection.kind === 'mysql'
    let at = 0
    const marked = from.replaceAll('?', () => (connection.kind === 'postgresql' ? `$${++at}` : '?'))
    const text = `SELECT ${names.map((name) => `"${name}"`).join(', ')} FROM ${marked}`
    const sql = isMysql ? text.replaceAll('"', '`') : text
    const found = await connection.run({ sql, parameters }, limits)
    return found.map((row) => Object.fromEntries(names.map((name, place) => [name, row[place]])))
  }

  const people = (logins: readonly unknown[]) =>
    logins.length === 0
      ? Promise.resolve([])
      : rows(
          'loginId displayName jobTitle',
          `${tableOf('hr', 'employee')} WHERE "loginId" IN (${logins.map(() => '?').join(', ')})`,
          [...logins],
        )

  async function interactionsOf(id: string): Promise<object[]> {
    const found = await rows(
      'at channel subject loginId',
      `${tableOf('crm', 'interaction')} WHERE "crmAccountId" = ? ORDER BY "at" DESC, "id" DESC LIMIT 20`,
      [id],
    )
    const logins = [...new Set(found.map(({ loginId }) => loginId).filter((each) => each !== null))]
    const names = new Map(
      (await people(logins)).map(({ loginId, displayName }) => [loginId, displayName]),
    )
    return found.map(({ at, channel, subject, loginId }) => ({
      at: moment(at),
      channel,
      subject,
      employee: loginId === null ? null : { displayName: names.get(loginId) ?? null },
    }))
  }

  async function casesOf(id: string): Promise<object[]> {
    const found = await rows(
      'caseNo kind status subject openedAt',
      `${tableOf('crm', 'service_case')} WHERE "crmAccountId" = ? ORDER BY "openedOn" DESC, "caseNo" DESC LIMIT 10`,
      [id],
    )
    return found.map((row) => ({ ...row, openedAt: moment(row['openedAt']) }))
  }

  async function opportunitiesOf(accountId: string): Promise<object[]> {
    const found = await rows(
      'id name stage amount currency expectedCloseOn',
      `${tableOf('crm', 'opportunity')} WHERE "crmAccountId" = ? ORDER BY "expectedCloseOn" DESC, "id" DESC LIMIT 10`,
      [accountId],
    )
    return found.map(({ id, name, stage, amount, currency, expectedCloseOn }) => ({
      id,
      name,
      stage,
      amount: money(amount, currency),
      expectedCloseOn,
    }))
  }

  async function ordersOf(numbers: readonly unknown[]): Promise<object | null> {
    if (numbers.length === 0) return null
    const found = await rows(
      'orderNo orderedOn status net currency',
      `${tableOf('erp', 'sales_order')} WHERE "erpCustomerNo" IN (${numbers.map(() => '?').join(', ')})
        ORDER BY "orderedAt" DESC, "orderNo" DESC LIMIT 20`,
      [...numbers],
    )
    return {
      nodes: found.map(({ orderNo, orderedOn, status, net, currency }) => ({
        orderNo,
        orderedOn,
        status,
        net: money(net, currency),
      })),
    }
  }

  async function financeOf(debtorNo: unknown): Promise<object> {
    const nothing = { creditLimit: null, openReceivables: null, invoices: null }
    if (debtorNo === undefined) return nothing
    const [[debtor], open, invoices] = await Promise.all([
      rows('creditLimit currency', `${tableOf('finance', 'debtor')} WHERE "debtorNo" = ?`, [
        debtorNo,
      ]),
      rows(
        'currency open',
        `(SELECT "currency", sum("openAmount") AS "open" FROM ${tableOf('finance', 'invoice')}
          WHERE "debtorNo" = ? AND "openAmount" <> 0 AND "status" NOT IN ('DRAFT', 'WRITTEN_OFF')
          GROUP BY "currency" ORDER BY "currency") s`,
        [debtorNo],
      ),
      rows(
        'invoiceNo status issuedOn dueOn gross openAmount currency',
        `${tableOf('finance', 'invoice')} WHERE "debtorNo" = ? ORDER BY "issuedOn" DESC, "invoiceNo" DESC LIMIT 20`,
        [debtorNo],
      ),
    ])
    if (debtor === undefined) return nothing
    return {
      creditLimit: money(debtor['creditLimit'], debtor['currency']),
      openReceivables: open.map((each) => money(each['open'], each['currency'])),
      invoices: {
        nodes: invoices.map(({ gross, openAmount, currency, ...invoice }) => ({
          ...invoice,
          gross: money(gross, currency),
          open: money(openAmount, currency),
        })),
      },
    }
  }

  return {
    async ask(crmAccountId: string): Promise<object> {
      const linked = links.all(crmAccountId, 100_001)
      const valuesIn = (system: string) =>
        linked
          .filter((link) => link['system'] === system && link['counts'] === 1)
          .map(({ value }) => value)
      const [[customer], contacts, interactions, cases, opportunities, orders, finance] =
        await Promise.all([
          rows(
            'name legalName taxRegistrationNo status ownerLoginId',
            `${tableOf('crm', 'customer')} WHERE "crmAccountId" = ?`,
            [crmAccountId],
          ).then(async (found) => {
            const [{ ownerLoginId, ...row } = {}] = found
            const [owner] = ownerLoginId ? await people([ownerLoginId]) : []
            const { displayName = null, jobTitle = null } = owner ?? {}
            return [{ ...row, owner: ownerLoginId ? { displayName, jobTitle } : null }]
          }),
          rows(
            'name role email',
            `${tableOf('crm', 'contact')} WHERE "crmAccountId" = ? ORDER BY "name", "id" LIMIT 20`,
            [crmAccountId],
          ),
          interactionsOf(crmAccountId),
          casesOf(crmAccountId),
          opportunitiesOf(crmAccountId),
          ordersOf(valuesIn('ERP')),
          financeOf(valuesIn('FINANCE')[0]),
        ])
      return {
        customer: {
          id: linked[0]?.['customerId'] ?? crmAccountId,
          ...customer,
          contacts: { nodes: contacts },
          interactions: { nodes: interactions },
          cases: { nodes: cases },
          opportunities: { nodes: opportunities },
          orders,
          ...finance,
        },
      }
    },
    [Symbol.dispose]: () => {
      crosswalk.close()
    },
  }
}

const money = (value: unknown, currency: unknown) =>
  value === null || value === undefined
    ? null
    : { amount: Number(value).toFixed(places.get(String(currency)) ?? 2), currency }

/** As the server tells it, in UTC. */
const moment = (value: unknown) => `${String(value).replace(' ', 'T').slice(0, 19)}Z`
