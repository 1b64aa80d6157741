/**
 * Customer records made comparable, once for each: what matching works on. Pure.
 */
import type { CustomerRecord } from './records.ts'
import { comparableName, normalised, type ComparableName } from './names.ts'
import type { ComparableAddress, Writing } from './similarity.ts'

export interface PreparedRecord {
  readonly record: CustomerRecord
  readonly names: readonly ComparableName[]
  /** Letters and digits only; null when there is none. */
  readonly taxNumber: string | null
  readonly addresses: readonly ComparableAddress[]
  /** The last digits, by which numbers with and without country code are the same. */
  readonly telephones: readonly string[]
}

export function prepared(record: CustomerRecord, moreForms: ReadonlySet<string>): PreparedRecord {
  const names = record.names.map((name) => comparableName(name, moreForms))
  return {
    record,
    names: names.filter(
      (name, at) => names.findIndex((each) => textOf(each) === textOf(name)) === at,
    ),
    taxNumber: comparableTaxNumber(record.taxNumber),
    addresses: record.addresses.map(comparableAddress),
    telephones: record.telephones.flatMap((each) => comparableTelephone(each) ?? []),
  }
}

const textOf = ({ words, han, numbers }: ComparableName): string =>
  `${words.join(' ')}|${han}|${numbers}`

/** `DE 123.456` → `de123456`. A number of one digit over and over stands for "not known". */
export function comparableTaxNumber(text: string | null): string | null {
  const number = normalised(text ?? '').replace(/[^\p{L}\p{N}]/gu, '')
  return number === '' || /^(.)\1*$/u.test(number) ? null : number
}

const comparedDigits = 8
const fewestDigits = 6

export function comparableTelephone(text: string): string | null {
  const digits = normalised(text).replace(/\D/g, '')
  return digits.length < fewestDigits ? null : digits.slice(-comparedDigits)
}

/** Words that are written in short or left out. */
const shortWords: Readonly<Record<string, string>> = {
  street: 'st',
  strasse: 'str',
  road: 'rd',
  avenue: 'ave',
  boulevard: 'blvd',
  section: 'sec',
  lane: 'ln',
  floor: 'f',
  building: 'bldg',
  number: 'no',
}

export function comparableAddress({
  line,
  city,
  postalCode,
}: CustomerRecord['addresses'][number]): ComparableAddress {
  const text = normalised(line ?? '')
  return {
    postalCode: normalised(postalCode ?? '').replace(/[^\p{L}\p{N}]/gu, ''),
    numbers: (text.match(/\d+/g) ?? []).join(' '),
    line: writingOf(text),
    city: writingOf(normalised(city ?? '')),
  }
}

const writingOf = (text: string): Writing => ({
  words: (text.replace(/\p{Script=Han}+/gu, ' ').match(/\p{L}+/gu) ?? []).map(
    (word) => shortWords[word] ?? word,
  ),
  han: (text.match(/\p{Script=Han}+/gu) ?? []).join(''),
})
