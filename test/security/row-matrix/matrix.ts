/**
 * The row matrix: what a caller with a row rule is answered from the whole demo data must be, at every
 * path and to the last sum, what a caller without one is answered from databases that hold only the
 * rows that plain SQL says belong to the first. Lists, keys and sums of roots are held against plain SQL
 * itself as well. Made from the API schema, so a new root or field is in it by itself.
 */
import type { ExecutionResult, GraphQLObjectType } from 'graphql'
import type { Principal } from '#shared/principal.ts'
import { answerFor, startGraph, type Graph } from '../../support/graph.ts'
import { differences, valuesIn } from './differences.ts'
import { keyedVariables, keyFinder, type FindKeys, type Variables } from './keys.ts'
import { fillPart } from './part.ts'
import { plansOf, type Plan } from './plans.ts'
import { questionsOf, type Question } from './questions.ts'
import { rootChecks, type RootCheckData } from './roots.ts'
import { pathsOf, type SelectionOptions } from './selection.ts'
import { argumentsWriter, argumentValues } from './values.ts'

export const ofAMatch =
  'what a match left, for data stewards: it has no row rule, and the demo data is not matched'

/** What is not judged, and why. Each must be there. */
export const notJudged: Readonly<Record<string, string>> = {
  'Query.tokens': 'the gateway’s own: who holds the scope sees all tokens, whatever the rows',
  'Query.auditEntries': 'the gateway’s own: who holds the scope sees the whole audit',
  'Query.partnerPlans': 'the gateway’s own: the files of the policy folder',
  'Query.rateLimit': 'the gateway’s own: the caller’s points, another number at each moment',
  'Query.identityReport': ofAMatch,
  'Query.identityCandidates': ofAMatch,
  'Query.identityFindings': ofAMatch,
  'Viewer.tokens': 'the gateway’s own: the caller’s tokens, which test/gateway/tokens judges',
  'Viewer.auditEntries':
    'the gateway’s own: the caller’s log, which test/security/audit.test.ts judges',
  'Viewer.rowRule': 'names the rule, which the caller that is compared with does not have',
}

/** Fields of which nobody is answered a value, so that nothing is judged, and why. No more and no less. */
export const withoutValue: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'PostalAddress.line2',
    'OrderHold.releasedAt',
    'Interaction.opportunity',
    'Shipment.position',
    'QuoteLine.configuration',
    'CrmTask.opportunity',
    'CrmTask.case',
    'BomLine.selectionRule',
    'SalesPlan.product',
    'ErpTask.salesOrder',
  ].map((coordinate) => [coordinate, 'the demo data has none']),
)

export interface RowMatrix {
  readonly paths: number
  /** What is answered otherwise than plain SQL says. */
  readonly wrong: readonly string[]
  readonly plans: readonly string[]
}

export interface RowMatrixOptions {
  /** The most fields of a path, its root included. */
  readonly pathLength: number
  /** Only what is quick: no list beyond its second page, and nobody who sees all rows. */
  readonly isPart?: boolean
}

export async function rowMatrix({
  pathLength,
  isPart = false,
}: RowMatrixOptions): Promise<RowMatrix> {
  const alike = { config: { audit: null } }
  await using whole = await startGraph(alike)
  await using part = await startGraph(alike)
  const query = queryOf(whole)
  const options = selectionOptions(whole)
  const questions = questionsOf(query, pathLength, options)
  const checks = rootChecks(query, whole, { ...options, maxPages: isPart ? 2 : Infinity })
  const plans = await plansOf(whole)
  const wrong: string[] = []
  const judged = new Set<string>()
  const seen = new Set<string>()

  for (const plan of plans) {
    await fillPart({ whole: whole.data, part: part.data, ...plan })
    const findKeys = keyFinder(whole, part)
    for (const question of questions) await compare(plan, question, findKeys)
    await checkRoots(plan.name, plan.principal, { whole, belongs: part, findKeys })
  }
  const everybody = { ...(plans.at(-1) ?? never('there is no plan')).principal, rows: null }
  const findKeys = keyFinder(whole, null)
  for (const question of isPart ? [] : questions) {
    for (const variables of keyedVariables(question, findKeys))
      see(await answerFor(whole, everybody, question.document, variables))
  }
  // Whoever sees all rows is held against the whole: the statements of the roots are right themselves.
  if (!isPart) await checkRoots('everything', everybody, { whole, belongs: whole, findKeys })
  const paths = questions.flatMap(({ document }) => [...pathsOf(document, options.schema)])
  const answered = new Set(paths.flatMap(([path, field]) => (seen.has(path) ? [field] : [])))
  const blind = [...new Set(paths.map(([, field]) => field))].filter((each) => !answered.has(each))
  const listed = new Set(Object.keys(withoutValue))
  for (const each of isPart ? [] : listed.symmetricDifference(new Set(blind)))
    wrong.push(
      `${each} ${listed.has(each) ? 'has a value: unlist it' : 'has no value for anybody'}`,
    )
  return {
    paths: judged.size,
    wrong,
    plans: plans.map(({ name }) => name),
  }

  async function compare(
    { name, principal }: Plan,
    question: Question,
    find: FindKeys,
  ): Promise<void> {
    for (const path of pathsOf(question.document, options.schema).keys())
      judged.add(`${name}: ${path}`)
    for (const variables of keyedVariables(question, find)) {
      const [found, expected] = await Promise.all([
        answerFor(whole, principal, question.document, variables),
        answerFor(part, { ...principal, rows: null }, question.document, variables),
      ])
      see(expected)
      for (const path of new Set(differences(found.data, expected.data)))
        wrong.push(
          `${name}: ${path} of ${question.document.slice(0, 80)} ${JSON.stringify(variables)}`,
        )
      // A path that failed was not judged.
      for (const { message, path = [] } of [...(found.errors ?? []), ...(expected.errors ?? [])]) {
        const at = path.filter((step) => typeof step === 'string').join('.')
        wrong.push(`${name}: ${at} of ${question.root}: ${message}`)
      }
    }
  }

  async function checkRoots(
    name: string,
    principal: Principal,
    data: RootCheckData,
  ): Promise<void> {
    for (const check of checks) {
      judged.add(`${name}: ${check.root}, by SQL`)
      const asked = (document: string, variables: Variables = {}) =>
        answerFor(whole, principal, document, variables)
      const problem = await check.problem(asked, data)
      if (problem !== null) wrong.push(`${name}: ${check.root}, by SQL: ${problem}`)
    }
  }

  function see({ data }: ExecutionResult): void {
    for (const path of valuesIn(data)) {
      const steps = path.split('.')
      for (const at of steps.keys()) seen.add(steps.slice(0, at + 1).join('.'))
    }
  }
}

function queryOf(graph: Graph): GraphQLObjectType {
  return graph.app.generation().apiSchema.getQueryType() ?? never('the schema has no Query')
}

function selectionOptions(graph: Graph): SelectionOptions {
  const { apiSchema: schema } = graph.app.generation()
  for (const coordinate of Object.keys(notJudged)) {
    const [type = '', field = ''] = coordinate.split('.')
    const found = schema.getType(type) as GraphQLObjectType | undefined // coordinates of fields
    if (found?.getFields()[field] === undefined)
      throw new Error(`${coordinate} is not judged, but the schema does not have it`)
  }
  const without = new Set(Object.keys(notJudged))
  return { schema, without, write: argumentsWriter(argumentValues(graph)) }
}

function never(problem: string): never {
  throw new Error(problem)
}
