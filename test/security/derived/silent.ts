/**
 * Protected amounts and counts that were the same whatever was changed: their column is not among those
 * that are known to hold a protected fact, or nothing that is asked reaches them. Each has a reason.
 */
import { getNamedType, isObjectType } from 'graphql'
import { meets } from '#shared/rules/requirements.ts'
import type { Generation } from '../../../gateway/supergraph/generation.ts'
import { fieldsOf } from '../row-matrix/shapes.ts'
import type { JudgedFact } from './matrix.ts'

const partOfValue = 'told as the field that has the value'
const noCommitments = 'the demo data has no commitments'
const ofRows = 'which row it is, or how many there are: no column'

/** No more and no less. */
const reasons: Readonly<Record<string, string>> = {
  'BudgetAggregate.committed': noCommitments,
  'SpendSummary.committed': noCommitments,
  'CommissionLine.lineNo': ofRows,
  'PurchaseOrderLine.lineNo': ofRows,
  'LedgerAggregate.count': ofRows,
  'HeadcountAggregates.suppressed': 'nothing is suppressed for who has every right',
  'IdentityEvidence.similarity': partOfValue,
  'IdentityFindingCount.count': partOfValue,
  'IdentitySystem.records': partOfValue,
  'IdentitySystem.matched': partOfValue,
  'IdentitySystem.unmatched': partOfValue,
  'IdentitySystem.doublyMatched': partOfValue,
  'IdentitySystem.contradicting': partOfValue,
  'IdentitySystem.candidates': partOfValue,
}

const amounts = new Set(['Money', 'Decimal', 'Int', 'Float', 'Quantity'])

/** Each with what to do: what is silent without a reason, and what has a reason and is not silent. */
export function silentFields(
  facts: ReadonlyMap<string, JudgedFact>,
  { apiSchema, policies }: Generation,
): readonly string[] {
  const told = new Set([...facts.values()].flatMap((fact) => [...fact.told]))
  const silent = new Set(
    Object.values(apiSchema.getTypeMap())
      .filter(isObjectType)
      .filter(({ name }) => name !== 'Mutation' && !name.endsWith('Connection'))
      .flatMap((type) =>
        fieldsOf(type)
          .filter((field) => amounts.has(getNamedType(field.type).name))
          .map((field) => `${type.name}.${field.name}`)
          .filter((each) => isProtected(each, policies) && !told.has(each)),
      ),
  )
  const listed = new Set(Object.keys(reasons))
  return [...listed.symmetricDifference(silent)].map((each) =>
    listed.has(each)
      ? `${each} was other: take its reason away`
      : `${each} was the same whatever was changed: say which column it is computed from (columns.ts)`,
  )
}

const isProtected = (coordinate: string, { requirements }: Generation['policies']): boolean =>
  [coordinate.slice(0, coordinate.indexOf('.')), coordinate].some(
    (each) => !meets(new Set(), requirements.get(each)),
  )
