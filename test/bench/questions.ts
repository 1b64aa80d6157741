/**
 * The questions, each with fifty sets of variables taken from the demo data, so that nothing can keep
 * a whole answer and win by it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export const questionNames = ['one', 'customer360', 'list1000'] as const
export type QuestionName = (typeof questionNames)[number]

export interface Question {
  readonly name: QuestionName
  readonly query: string
  readonly variants: readonly Readonly<Record<string, unknown>>[]
}

export const variantCount = 50

/** Orders of four lines: answers of about 1 kB. */
const orders = `SELECT orderNo FROM sales_order_line
  GROUP BY orderNo HAVING count(*) = 4 ORDER BY orderNo DESC`

/** Customers that all four systems know, those with the most to tell first: about 7 kB. */
const customers = `SELECT account.value AS crmAccountId FROM identity_link account
  JOIN identity_link debtor ON debtor.customerId = account.customerId
    AND debtor.system = 'FINANCE' AND debtor.isPrimary = 1
  WHERE account.system = 'CRM'
  ORDER BY min(20, (SELECT count(*) FROM finance.invoice WHERE debtorNo = debtor.value))
    + min(20, (SELECT count(*) FROM crm.interaction WHERE crmAccountId = account.value)) DESC,
    account.value`

/** Spans of days with a little more than a thousand orders. */
const spans = `SELECT (SELECT earlier.orderedOn FROM sales_order earlier
    WHERE earlier.orderedOn <= sales_order.orderedOn
    ORDER BY earlier.orderedOn DESC LIMIT 1 OFFSET 999) AS "from", orderedOn AS "to"
  FROM sales_order GROUP BY orderedOn ORDER BY orderedOn DESC`

export function readQuestions(data: string): readonly Question[] {
  return [
    question('one', variants(data, 'erp', orders)),
    question('customer360', variants(data, 'identity', customers, ['crm', 'finance'])),
    question('list1000', variants(data, 'erp', spans)),
  ]
}

const question = (name: QuestionName, sets: Question['variants']): Question => ({
  name,
  query: readFileSync(join(import.meta.dirname, 'questions', `${name}.graphql`), 'utf8'),
  variants: sets,
})

function variants(
  data: string,
  database: string,
  sql: string,
  attached: readonly string[] = [],
): Question['variants'] {
  const file = new DatabaseSync(join(data, `${database}.sqlite`), { readOnly: true })
  try {
    for (const name of attached) {
      file.prepare('ATTACH ? AS ' + name).run(join(data, `${name}.sqlite`))
    }
    const rows = file.prepare(`${sql} LIMIT ${variantCount}`).all()
    if (rows.length < variantCount) throw new Error(`too little data for ${variantCount} variants`)
    return rows.map((row) => ({ ...row }))
  } finally {
    file.close()
  }
}

/** The HTTP bodies of a question, one for each variant. */
export const bodiesOf = ({ query, variants: sets }: Question): readonly string[] =>
  sets.map((variables) => JSON.stringify({ query, variables }))
