/**
 * The customer records of all systems, read through the graph page by page, so that a company's own
 * database or a system over HTTP is read like any other. Nothing of them is kept.
 */
import type { ExecutionResult, GraphQLFormattedError } from 'graphql'
import { AppError, errorCodes, type ErrorCode } from '#shared/errors.ts'

export const recordSystems = ['CRM', 'ERP', 'FINANCE'] as const
export type RecordSystem = (typeof recordSystems)[number]

/** What records of one customer should say alike. */
export const sharedValues = ['CURRENCY', 'PAYMENT_TERMS', 'PRICE_LIST', 'REGION'] as const
export type SharedValue = (typeof sharedValues)[number]

export interface RecordId {
  readonly system: RecordSystem
  readonly value: string
}

export interface CustomerRecord extends RecordId {
  /** The name, then others it goes by. */
  readonly names: readonly string[]
  readonly taxNumber: string | null
  readonly addresses: readonly {
    readonly line: string | null
    readonly city: string | null
    readonly postalCode: string | null
  }[]
  readonly telephones: readonly string[]
  /** Records of other systems that it names. */
  readonly references: readonly RecordId[]
  readonly values: Readonly<Partial<Record<SharedValue, string>>>
}

/** The record of an account of the CRM. */
export const accountRecord = (crmAccountId: string): RecordId => ({
  system: 'CRM',
  value: crmAccountId,
})

/** By what a record is kept in maps, of whatever system. */
export const keyOf = ({
  system,
  value,
}: {
  readonly system: string
  readonly value: string
}): string => `${system} ${value}`

/** `ERP:200001` */
export function recordIdIn(text: string): RecordId | null {
  const [, name, value] = /^([A-Z]+):(.+)$/.exec(text) ?? []
  const system = recordSystems.find((each) => each === name)
  return system === undefined || value === undefined ? null : { system, value }
}

/** Asks the graph with the rights that reading needs. */
export type Ask = (
  document: string,
  variables: Readonly<Record<string, unknown>>,
) => Promise<ExecutionResult>

/** The scopes that reading needs. */
export const readingScopes = [
  'crm:customer-tax:read',
  'crm:contact-pii:read',
  'erp:customer-record:read',
  'finance:debtor-record:read',
] as const

export interface Reading {
  readonly records: readonly CustomerRecord[]
  /** False where the connected system has no customer records at all. */
  readonly isMapped: boolean
  /** Fields that the connected system does not have. */
  readonly notMapped: ReadonlySet<string>
}

export interface ReadOptions {
  /** Only these; left out, all. */
  readonly values?: readonly string[]
  /** Told how many have been read. */
  readonly onProgress?: (records: number) => void
}

const pageSize = 1_000

/**
 * Throws when a system cannot be read whole: half of its records would be matched wrongly. One with
 * several sources is read source by source.
 */
export async function readRecords(
  system: RecordSystem,
  ask: Ask,
  options: ReadOptions = {},
): Promise<Reading> {
  try {
    return await readSource(system, ask, { ...options, source: null })
  } catch (error) {
    if (!(error instanceof SeveralSources)) throw error
    const readings: Reading[] = []
    for (const source of error.sources) {
      const before = readings.reduce((sum, { records }) => sum + records.length, 0)
      const onProgress = (records: number) => options.onProgress?.(before + records)
      readings.push(await readSource(system, ask, { ...options, onProgress, source }))
    }
    return {
      records: readings.flatMap(({ records }) => records),
      isMapped: readings.some(({ isMapped }) => isMapped),
      notMapped: new Set(readings.flatMap(({ notMapped }) => [...notMapped])),
    }
  }
}

/** One of these has to be named. */
class SeveralSources extends Error {
  readonly sources: readonly string[]

  constructor(sources: readonly string[]) {
    super(sources.join())
    this.sources = sources
  }
}

interface SourceOptions extends ReadOptions {
  /** Null where the system has one. */
  readonly source: string | null
}

async function readSource(
  system: RecordSystem,
  ask: Ask,
  { values, onProgress, source }: SourceOptions,
): Promise<Reading> {
  const { document, list, read } = questions[system]
  const records: CustomerRecord[] = []
  const notMapped = new Set<string>()
  for (let after: string | null = null; ;) {
    const variables = { first: pageSize, after, values: values ?? null, source }
    const answer = await ask(document, variables)
    const page = answer.data?.[list] as Page | null | undefined // the question's own shape
    for (const error of answer.errors ?? []) {
      const path = error.path?.filter((each) => typeof each === 'string') ?? []
      const { code, sources } = error.extensions
      if (code === 'SOURCE_REQUIRED' && Array.isArray(sources)) {
        throw new SeveralSources(sources.map(String))
      }
      if (code !== 'NOT_MAPPED') throw unreadable(system, error.toJSON())
      notMapped.add(path.slice(2).join('.'))
    }
    if (!page) {
      // Null without that reason is half an answer as well.
      if (notMapped.size === 0) throw unreadable(system, { message: 'the system did not answer' })
      return { records: [], isMapped: false, notMapped }
    }
    for (const node of page.nodes) records.push(read(node))
    onProgress?.(records.length)
    if (!page.pageInfo.hasNextPage) return { records, isMapped: true, notMapped }
    after = page.pageInfo.endCursor
  }
}

interface Page {
  readonly nodes: readonly Node[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

type Text = string | null | undefined

interface AddressNode {
  readonly line1?: Text
  readonly city?: Text
  readonly postalCode?: Text
}

interface Particulars extends AddressNode {
  readonly legalName?: Text
  readonly taxRegistrationNo?: Text
  readonly phone?: Text
  readonly paymentTerms?: Text
}

/** A node of any of the three lists. */
interface Node extends Particulars {
  readonly name: string
  readonly crmAccountId?: string
  readonly erpCustomerNo?: Text
  readonly debtorNo?: string
  readonly region?: Text
  readonly currency?: Text
  readonly priceList?: Text
  readonly addresses?: readonly AddressNode[] | null
  readonly contacts?: { readonly nodes: readonly { readonly phone?: Text }[] } | null
  readonly particulars?: Particulars | null
}

interface Question {
  readonly document: string
  /** The root field. */
  readonly list: string
  readonly read: (node: Node) => CustomerRecord
}

const pageInfo = 'pageInfo { hasNextPage endCursor }'
const particulars = 'legalName taxRegistrationNo line1 city postalCode phone'

const questions: Readonly<Record<RecordSystem, Question>> = {
  CRM: {
    list: 'customers',
    document: `query IdentityAccounts($first: Int!, $after: String, $values: [ID!], $source: String) {
      customers(first: $first, after: $after, filter: { source: $source, crmAccountId: { in: $values } }) {
        nodes {
          crmAccountId name legalName taxRegistrationNo region
          addresses { line1 city postalCode }
          contacts(first: 5) { nodes { phone } }
        }
        ${pageInfo}
      }
    }`,
    read: (node) => ({
      ...recordOf('CRM', node.crmAccountId ?? '', node, node),
      addresses: (node.addresses ?? []).map(addressOf),
      telephones: texts((node.contacts?.nodes ?? []).map(({ phone }) => phone)),
    }),
  },
  ERP: {
    list: 'erpCustomerRecords',
    document: `query IdentityErpRecords($first: Int!, $after: String, $values: [ID!], $source: String) {
      erpCustomerRecords(first: $first, after: $after, filter: { source: $source, erpCustomerNo: { in: $values } }) {
        nodes {
          erpCustomerNo name currency priceList paymentTerms region
          particulars { ${particulars} }
        }
        ${pageInfo}
      }
    }`,
    read: (node) => recordOf('ERP', node.erpCustomerNo ?? '', node, node.particulars ?? {}),
  },
  FINANCE: {
    list: 'debtorRecords',
    document: `query IdentityDebtorRecords($first: Int!, $after: String, $values: [ID!], $source: String) {
      debtorRecords(first: $first, after: $after, filter: { source: $source, debtorNo: { in: $values } }) {
        nodes {
          debtorNo name currency erpCustomerNo region
          particulars { ${particulars} paymentTerms }
        }
        ${pageInfo}
      }
    }`,
    read: (node) => ({
      ...recordOf('FINANCE', node.debtorNo ?? '', node, node.particulars ?? {}),
      references: texts([node.erpCustomerNo]).map((value) => ({ system: 'ERP', value })),
    }),
  },
}

function recordOf(
  system: RecordSystem,
  value: string,
  node: Node,
  found: Particulars,
): CustomerRecord {
  const address = addressOf(found)
  const values: [SharedValue, Text][] = [
    ['CURRENCY', node.currency],
    ['PAYMENT_TERMS', node.paymentTerms ?? found.paymentTerms],
    ['PRICE_LIST', node.priceList],
    ['REGION', node.region],
  ]
  return {
    system,
    value,
    names: texts([node.name, found.legalName]),
    taxNumber: found.taxRegistrationNo ?? null,
    addresses: address.line === null && address.postalCode === null ? [] : [address],
    telephones: texts([found.phone]),
    references: [],
    values: Object.fromEntries(values.filter(([, text]) => text != null && text !== '')),
  }
}

const addressOf = ({ line1, city, postalCode }: AddressNode) => ({
  line: line1 ?? null,
  city: city ?? null,
  postalCode: postalCode ?? null,
})

const texts = (values: readonly Text[]): readonly string[] =>
  values.filter((value) => value != null && value.trim() !== '') as readonly string[]

function unreadable(system: RecordSystem, error: GraphQLFormattedError): AppError {
  const code = String(error.extensions?.['code'])
  const known = Object.keys(errorCodes).find((each): each is ErrorCode => each === code)
  return new AppError(
    known ?? 'SOURCE_UNAVAILABLE',
    `The customer records of ${system} cannot be read whole, so nothing was matched: ${error.message}`,
  )
}
