/**
 * Any number of different questions over the demo's graph, the same ones for the same numbers: fields
 * are chosen by the bits of the number, so that no two differ only by a value, a name or white space.
 */

const scalars = ['name', 'legalName', 'kind', 'status', 'createdOn', 'healthScore', 'id'] as const
const money = '{ amount currency }'
/** What a customer can be asked besides, each from another part of the graph. */
const parts = [
  'owner { displayName jobTitle }',
  'contacts(first: 5) { nodes { name role } }',
  'cases(first: 3) { nodes { caseNo kind status } }',
  `orders(first: 5) { nodes { orderNo status net ${money} } }`,
  `openReceivables ${money}`,
  `invoices(first: 3) { nodes { invoiceNo dueOn open ${money} } }`,
] as const

export const documentCount = (2 ** scalars.length - 1) * 2 ** parts.length

/** The question of a number below `documentCount`. It takes the variable `crmAccountId`. */
export function documentOf(number: number): string {
  const fields = [...chosen(scalars, (number % (2 ** scalars.length - 1)) + 1)]
  const besides = chosen(parts, Math.floor(number / (2 ** scalars.length - 1)))
  return `query Document($crmAccountId: ID!) {
  customer(crmAccountId: $crmAccountId) { ${[...fields, ...besides].join(' ')} }
}`
}

const chosen = (from: readonly string[], bits: number): readonly string[] =>
  from.filter((_, at) => ((bits >> at) & 1) === 1)
