/**
 * The scalars of common.graphql: each parses what a caller sends and refuses what it is not.
 */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'
import { isDate } from './calendar.ts'
import { isDecimalText } from './decimal.ts'
import { isInstant } from './dialects/expect.ts'

function textScalar(name: string, expected: string, isValid: (text: string) => boolean) {
  const check = (value: unknown): string => {
    if (typeof value === 'string' && isValid(value)) return value
    throw new GraphQLError(`${name} takes ${expected}, but got ${JSON.stringify(value)}.`, {
      extensions: { code: 'BAD_USER_INPUT' },
    })
  }
  return new GraphQLScalarType({
    name,
    serialize: check,
    parseValue: check,
    parseLiteral: (node) => check(node.kind === Kind.STRING ? node.value : literal(node)),
  })
}

const literal = (node: { readonly kind: string; readonly value?: unknown }): unknown =>
  'value' in node ? node.value : node.kind

/** A decimal literal may be written as a number (`12.5`) in a document: its text is exact. */
const decimal = textScalar('Decimal', 'a decimal such as "12.50"', isDecimalText)
const decimalLiteral: GraphQLScalarType['parseLiteral'] = (node) =>
  node.kind === Kind.INT || node.kind === Kind.FLOAT
    ? decimal.parseValue(node.value)
    : decimal.parseValue(node.kind === Kind.STRING ? node.value : node.kind)

/** By name; a subgraph takes those that its schema declares. */
export const scalars: Readonly<Record<string, GraphQLScalarType>> = {
  Date: textScalar('Date', 'a date, YYYY-MM-DD', isDate),
  DateTime: textScalar('DateTime', 'a moment, YYYY-MM-DDTHH:MM:SSZ', isInstant),
  Decimal: new GraphQLScalarType({ ...decimal.toConfig(), parseLiteral: decimalLiteral }),
  CurrencyCode: textScalar('CurrencyCode', 'an ISO 4217 code such as "TWD"', (text) =>
    /^[A-Z]{3}$/.test(text),
  ),
  CountryCode: textScalar('CountryCode', 'an ISO 3166-1 code such as "TW"', (text) =>
    /^[A-Z]{2}$/.test(text),
  ),
}
