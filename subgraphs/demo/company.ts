/**
 * What the parts of the story share while it is written: the writers, the size, the business date,
 * and what one part must remember for another.
 */
import type { identityRelations } from '../crm/identity-relations.ts'
import type { relations as crmRelations } from '../crm/relations.ts'
import type { relations as erpRelations } from '../erp/relations.ts'
import type { relations as financeRelations } from '../finance/relations.ts'
import type { relations as hrRelations } from '../hr/relations.ts'
import type { Random } from './random.ts'
import type { Writer } from './writer.ts'

export interface Writers {
  readonly crm: Writer<typeof crmRelations>
  readonly identity: Writer<typeof identityRelations>
  readonly erp: Writer<typeof erpRelations>
  readonly hr: Writer<typeof hrRelations>
  readonly finance: Writer<typeof financeRelations>
}

export interface Size {
  readonly customers: number
  readonly orders: number
  readonly salespeople: number
}

export const sizes = {
  small: { customers: 2_000, orders: 20_000, salespeople: 24 },
  medium: { customers: 20_000, orders: 200_000, salespeople: 60 },
  large: { customers: 100_000, orders: 850_000, salespeople: 120 },
} as const satisfies Record<string, Size>

export type SizeName = keyof typeof sizes

export interface Story {
  readonly write: Writers
  readonly size: Size
  readonly random: Random
  /** A stream of randomness for one part of the story alone, by its name. */
  readonly stream: (name: string) => Random
  /** The business date, as days since 1970-01-01. */
  readonly today: number
}

/** What is being written, step by step; a step without a word is only a place to stop. */
export type Steps<Result = void> = Generator<string | undefined, Result, undefined>

export interface Person {
  readonly employeeNo: string
  readonly loginId: string
  readonly departmentCode: string
}

/** A rate of a commission plan. */
export interface CommissionRule {
  /** In basis points. */
  readonly rate: number
  /** The base of one order from which on it applies, in thousandths of TWD. */
  readonly threshold: number
}

export interface Salesperson extends Person {
  /** By threshold, the lowest first. */
  readonly commission: readonly CommissionRule[]
}

export interface People {
  readonly salespeople: readonly Salesperson[]
  readonly technicians: readonly Person[]
  readonly handlers: readonly Person[]
  readonly buyers: readonly Person[]
  readonly supervisors: readonly Person[]
  readonly departments: readonly { code: string; people: number; payroll: number }[]
}

export interface Product {
  readonly sku: string
  readonly category: string
  /** In millionths of TWD. */
  readonly price: number
  /** In millionths of TWD; null where nobody calculated it. */
  readonly cost: number | null
  readonly configurationIds: readonly string[]
}

/** North, centre, south. */
export type Region = 'N' | 'C' | 'S'

/** By what a customer is recognised, as the CRM has it. */
export interface Particulars {
  readonly taxRegistrationNo: string | null
  readonly legalName: string | null
  readonly line1: string
  readonly city: string
  readonly postalCode: string
  readonly phone: string | null
}

export interface Customer {
  readonly index: number
  readonly name: string
  readonly crmAccountId: string
  readonly erpCustomerNos: readonly string[]
  readonly debtorNo: string | null
  readonly currency: Currency
  readonly owner: Salesperson
  readonly contactIds: readonly string[]
  /** As the CRM has it. */
  readonly region: Region
  readonly termDays: number
  readonly particulars: Particulars
  /** 0 pays early, 3 pays late or never. */
  readonly morals: number
}

export const currencies = ['TWD', 'USD', 'EUR', 'JPY', 'KWD'] as const
export type Currency = (typeof currencies)[number]

/** Thousandths of TWD for one unit of the currency. */
const rates: Readonly<Record<Currency, number>> = {
  TWD: 1_000,
  USD: 31_000,
  EUR: 34_000,
  JPY: 210,
  KWD: 101_000,
}

/** The smallest amount of a currency, in thousandths. */
const steps: Readonly<Record<Currency, number>> = { TWD: 10, USD: 10, EUR: 10, JPY: 1_000, KWD: 1 }

/** Thousandths of TWD → thousandths of a currency, in its smallest steps. */
export const fromTwd = (amount: number, currency: Currency): number =>
  rounded((amount * 1_000) / rates[currency], currency)

/** Thousandths of a currency → thousandths of TWD. */
export const toTwd = (amount: number, currency: Currency): number =>
  rounded((amount * rates[currency]) / 1_000, 'TWD')

export const rounded = (amount: number, currency: Currency): number =>
  Math.round(amount / steps[currency]) * steps[currency]

export const rateOf = (currency: Currency): number => rates[currency]
