/**
 * Names of tables and columns as words that can be compared: whatever the case, the plural and the
 * abbreviation. Business words stand here as data: the programs around them know none.
 */
import { snakeOf } from '#shared/sources/secrets.ts'

/** Words of one meaning; the first of each line stands for all. */
const synonyms: readonly (readonly string[])[] = [
  ['id', 'no', 'nr', 'num', 'number', 'code', 'key', 'identifier', 'guid', 'uid', 'pk', 'ref'],
  ['on', 'date', 'day', 'dt', 'at', 'time', 'timestamp', 'datetime', 'moment'],
  ['customer', 'cust', 'client', 'debtor'],
  ['supplier', 'vendor', 'creditor'],
  ['product', 'article', 'sku', 'material', 'good', 'merchandise'],
  ['line', 'detail', 'position', 'pos', 'row', 'sequence', 'seq'],
  ['invoice', 'inv'],
  ['employee', 'staff', 'worker', 'personnel', 'emp'],
  ['department', 'dept'],
  ['quantity', 'qty'],
  ['amount', 'amt', 'value', 'val'],
  ['net', 'subtotal', 'untaxed'],
  ['status', 'state', 'stage'],
  ['kind', 'type', 'class'],
  ['category', 'subcategory', 'group'],
  ['region', 'territory', 'area'],
  ['unit', 'uom'],
  ['currency', 'curr', 'ccy'],
  ['phone', 'telephone', 'tel'],
  ['email', 'mail'],
  ['postal', 'postcode', 'zip'],
  ['city', 'town'],
  ['country', 'nation'],
  ['birth', 'born', 'birthday', 'dob'],
  ['hire', 'join'],
  ['start', 'begin', 'from', 'valid'],
  ['end', 'until', 'finish', 'thru', 'expire'],
  ['create', 'add', 'register', 'creation'],
  ['request', 'require', 'want'],
  ['promise', 'commit'],
  ['ship', 'dispatch', 'send'],
  ['deliver', 'delivery', 'receipt'],
  ['manager', 'supervisor', 'boss', 'reportsto'],
  ['description', 'desc', 'descr', 'note', 'comment', 'remark'],
  ['name', 'label'],
  ['address', 'addr', 'street'],
  ['title', 'position'],
  ['carrier', 'shipper'],
  ['site', 'warehouse', 'plant', 'location'],
  ['production', 'work', 'manufacturing'],
  ['bom', 'billofmaterial'],
  ['stock', 'inventory'],
  ['opportunity', 'deal'],
  ['interaction', 'activity'],
  ['quote', 'quotation', 'offer', 'proposal'],
  ['case', 'ticket', 'complaint', 'issue'],
  ['posting', 'journal'],
  ['contact', 'person'],
  ['salary', 'pay', 'wage'],
  ['certification', 'certificate'],
  ['salesperson', 'seller', 'rep'],
]

/** Words that tell little: they decide nothing by themselves. */
const weak: ReadonlySet<string> = new Set([
  ...['id', 'on', 'is', 'has', 'the', 'of', 'header', 'head', 'master', 'tbl', 'table'],
  ...['data', 'info', 'base', 'record', 'list', 'tab', 'main'],
])
const weakWeight = 0.35

const meaning = new Map(
  synonyms.toReversed().flatMap((words) => words.map((word) => [word, words[0] ?? word] as const)),
)

/** What `item` at the end of a name of several words means: an order's item is its line. */
const lineWords: ReadonlySet<string> = new Set(['item', 'entry', 'part'])

export function wordsOf(name: string): readonly string[] {
  const parts = snakeOf(name).split('_').filter(Boolean)
  const whole = meaning.get(stem(parts.join('')))
  if (whole !== undefined && parts.length > 1) return [whole]
  const words: string[] = []
  for (let at = 0; at < parts.length; at += 1) {
    const pair = meaning.get(stem(`${parts[at]}${parts[at + 1] ?? '_'}`))
    if (pair !== undefined) {
      words.push(pair) // `sales_person` is one word elsewhere
      at += 1
      continue
    }
    const word = stem(parts[at] ?? '')
    const isLast = at > 0 && at === parts.length - 1
    words.push(lineWords.has(word) ? (isLast ? 'line' : 'product') : (meaning.get(word) ?? word))
  }
  return words
}

/** `orders` and `ordered` as `order`. */
function stem(word: string): string {
  if (meaning.has(word)) return word
  let short = word.replace(/ies$/, 'y').replace(/(?<=[^sui])s$/, '')
  if (short.length > 4) {
    short = short.replace(/([bdgmnprt])\1(ed|ing)$/, '$1').replace(/(ed|ing)$/, '')
    if (meaning.has(`${short}e`)) short = `${short}e`
  }
  return short
}

const weightOf = (words: readonly string[]): number =>
  words.reduce((sum, word) => sum + (weak.has(word) ? weakWeight : 1), 0)

/** How far two names mean the same, 0 to 1. */
export function similarity(one: readonly string[], other: readonly string[]): number {
  if (one.length === 0 || other.length === 0) return 0
  if (one.join('') === other.join('')) return 1
  const shared = one.filter((word) => other.includes(word))
  return (2 * weightOf(shared)) / (weightOf(one) + weightOf(other))
}

export const without = (words: readonly string[], others: readonly string[]): readonly string[] =>
  words.filter((word) => !others.includes(word))
