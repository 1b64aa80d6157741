/** `isthmus audit search|verify`: who read what, and whether the log of it is as it was written. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { AppError } from '#shared/errors.ts'
import { auditLog, everything } from '../../audit/log.ts'
import type { ReadBack, UnknownCallerEntry } from '../../audit/entry.ts'
import { readConfig, type Environment } from '../../config.ts'
import { openStore } from '../../store/store.ts'
import type { Link } from '../../store/audit.ts'
import { refusalReasons, type RefusalReason } from '../../tokens/refused.ts'
import { moment, wholeNumber } from '../identities.ts'

export const auditCommand = (env: Environment): Command =>
  new Command('audit')
    .description('The audit: who read which fields of which records.')
    .addCommand(searchCommand(env))
    .addCommand(verifyCommand(env))

interface Search {
  readonly subject?: string
  readonly coordinate?: string
  readonly record?: string
  readonly unknown?: boolean
  readonly address?: string
  readonly reason?: RefusalReason
  readonly since?: number
  readonly until?: number
  readonly limit: number
  readonly json?: boolean
}

const searchCommand = (env: Environment): Command =>
  new Command('search')
    .description('List entries, the newest first.')
    .option('--subject <subject>', 'only those of this subject')
    .option('--coordinate <Type.field>', 'only those that read this field, or asked in vain')
    .option('--record <Type:key=value>', 'only those whose answer held this record')
    .option('--unknown', 'only what was refused before it was known who asks')
    .option('--address <address>', 'only what was refused so to this IP address')
    .addOption(
      new Option('--reason <reason>', 'only what was refused so for this').choices(refusalReasons),
    )
    .option('--since <moment>', 'only those from this moment on, ISO 8601', momentIn)
    .option('--until <moment>', 'only those before this moment', momentIn)
    .option('--limit <number>', 'entries to list', wholeNumber, 50)
    .option('--json', 'print them as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  npm run --silent isthmus -- audit search --coordinate Employee.salary --since 2026-01-01',
    )
    .action(async ({ limit, json, ...filter }: Search) => {
      await using opened = await openLog(env)
      const { unknown, ...given } = filter
      const isKnown = unknown === true ? false : null
      const found = await opened.log.page({ ...everything, ...given, isKnown }, limit, null)
      if (json === true) {
        console.log(
          JSON.stringify(
            found.map(({ unknown: counted, ...each }) => ({
              ...each,
              at: moment(each.at),
              unknown: counted && unknownJson(counted),
            })),
            null,
            2,
          ),
        )
      } else if (found.length === 0) console.log('There are no such entries.')
      else for (const entry of found) console.log(lineOf(entry))
    })

const verifyCommand = (env: Environment): Command =>
  new Command('verify')
    .description('Check that no entry was changed, removed or moved; prints the head of the chain.')
    .option('--head <number:hash>', 'a head that was printed before and noted elsewhere', headIn)
    .addHelpText('after', '\nExample:\n  npm run --silent isthmus -- audit verify')
    .action(async ({ head }: { head?: Link }) => {
      await using opened = await openLog(env)
      const verified = await opened.log.verify(head ?? null)
      if (verified.problems.length > 0) {
        throw new AppError(
          'AUDIT_INVALID',
          `The audit is not as it was written:\n  ${verified.problems.join('\n  ')}`,
        )
      }
      console.log(`${verified.entries} entries are as they were written.`)
      console.log(`head ${verified.head.number}:${verified.head.hash}`)
    })

async function openLog(env: Environment) {
  const config = readConfig(env)
  const store = await openStore(config.store)
  return { log: auditLog(store, config), [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
}

function momentIn(text: string): number {
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new InvalidArgumentError('Expected a moment such as 2026-01-31.')
  return at
}

function headIn(text: string): Link {
  const [, number, hash] = /^(\d{1,15}):([\w-]+)$/.exec(text) ?? []
  if (number === undefined || hash === undefined)
    throw new InvalidArgumentError('Expected a number, a colon and a hash.')
  return { number: Number(number), hash }
}

const lineOf = (entry: ReadBack): string =>
  [
    String(entry.number).padStart(8),
    moment(entry.at),
    entry.outcome.padEnd(8),
    ...(entry.unknown === null ? askedText(entry) : unknownText(entry.unknown)),
  ]
    .filter((part) => part !== '')
    .join('  ')

const askedText = (entry: ReadBack): readonly string[] => [
  entry.subject ?? '',
  entry.token ?? 'no token',
  entry.operationName ?? 'unnamed',
  recordsText(entry),
  deliveryText(entry),
  entry.codes.join(','),
]

const deliveryText = ({ delivery }: ReadBack): string =>
  delivery === undefined
    ? ''
    : `${delivery.id}, ${delivery.bytes} bytes, try ${delivery.tries}: ${delivery.status ?? 'no answer'}`

const unknownText = ({ address, reason, count, since }: UnknownCallerEntry): readonly string[] => [
  address ?? 'other addresses',
  reason,
  `${count} since ${moment(since)}`,
]

const unknownJson = ({ address, reason, count, since }: UnknownCallerEntry) => ({
  address,
  reason,
  count,
  since: moment(since),
})

const recordsText = ({ records }: ReadBack): string =>
  records
    .map(({ type, keys, more, unkeyed }) => `${type} ${keys.length + more + unkeyed}`)
    .join(', ')
