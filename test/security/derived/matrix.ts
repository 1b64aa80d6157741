/**
 * What is computed from a protected fact is as protected as the fact, whatever it is called and wherever
 * it is computed: who lacks the right is answered the same, whatever the protected values are. The columns
 * that hold the facts are given other values, and every root with the fields below it is asked before and
 * after.
 */
import type { GraphQLObjectType, GraphQLSchema } from 'graphql'
import { nobody, type Principal } from '#shared/principal.ts'
import { policyGrant } from '#shared/rules/requirements.ts'
import { openLimits } from '../../../gateway/limits/limits.ts'
import { silent } from '../../../gateway/request/observer.ts'
import type { Generation } from '../../../gateway/supergraph/generation.ts'
import { contractOf } from '../../../gateway/supergraph/contracts.ts'
import { startGraph, type Graph } from '../../support/graph.ts'
import { differences } from '../row-matrix/differences.ts'
import { keyedVariables, keyFinder, type Variables } from '../row-matrix/keys.ts'
import { notJudged } from '../row-matrix/matrix.ts'
import { questionsOf, type Question } from '../row-matrix/questions.ts'
import { pathsOf } from '../row-matrix/selection.ts'
import { isValue } from '../row-matrix/shapes.ts'
import { argumentsWriter, argumentValues } from '../row-matrix/values.ts'
import { changeColumns } from './changed.ts'
import { nameOf, protectedFacts, type ProtectedFact } from './columns.ts'

export interface JudgedFact {
  /** The columns that were given other values. */
  readonly columns: readonly string[]
  /** The fields that were other afterwards for somebody who has every right. */
  readonly told: ReadonlySet<string>
  /** The fields that were other afterwards for somebody who lacks the right. */
  readonly leaked: ReadonlySet<string>
}

interface Asked {
  readonly question: Question
  readonly variables: Variables
}

interface Caller {
  readonly principal: Principal
  readonly schema: GraphQLSchema
  readonly asked: readonly Asked[]
}

interface Answer {
  readonly data: unknown
  readonly statements: readonly string[]
}

export interface DerivedMatrix {
  /** By right, as `rightOf` writes it. */
  readonly facts: ReadonlyMap<string, JudgedFact>
  readonly generation: Generation
}

/** `pathLength` is the most fields of a path, its root included. */
export async function derivedMatrix(pathLength: number): Promise<DerivedMatrix> {
  await using graph = await startGraph({ config: { audit: null } })
  const generation = graph.app.generation()
  const { scopes, policies } = generation.policies
  const everything = new Set([...scopes, ...[...policies].map(policyGrant)])
  const all = callerWith(everything, graph, pathLength)
  const unchanged = await answersFor(graph, all)
  const judged = new Map<string, JudgedFact>()
  for (const { grants, columns } of await protectedFacts(generation)) {
    const isReading = readingOf(columns, all, unchanged)
    const callers = lacking(everything, grants).map((held) =>
      only(isReading, callerWith(held, graph, pathLength)),
    )
    const before = [unchanged]
    for (const caller of callers) before.push(await answersFor(graph, caller))
    const restore = await changeColumns(graph.data, columns)
    const changed: ReadonlySet<string>[] = []
    for (const caller of [only(isReading, all), ...callers])
      changed.push(
        changedFields(caller, before[changed.length] ?? new Map(), await answersFor(graph, caller)),
      )
    await restore()
    const [told = new Set<string>(), ...leaked] = changed
    judged.set(rightOf(grants), {
      columns: columns.map(nameOf),
      told,
      leaked: new Set(leaked.flatMap((each) => [...each])),
    })
  }
  return { facts: judged, generation }
}

/** `a + b or c`: one of the lists must be held whole. */
const rightOf = (grants: ProtectedFact['grants']): string =>
  grants.map((list) => list.join(' + ')).join(' or ')

/** Somebody with these rights, and all that the schema they are shown lets them ask. */
function callerWith(held: ReadonlySet<string>, graph: Graph, pathLength: number): Caller {
  const generation = graph.app.generation()
  const isEmployee = [...generation.policies.policies].every((each) => held.has(policyGrant(each)))
  const principal: Principal = {
    ...nobody,
    audience: isEmployee ? 'EMPLOYEE' : 'PARTNER_SYSTEM',
    scopes: [...held].filter((each) => !each.startsWith('@')),
  }
  const { apiSchema: schema } = contractOf(generation, principal.audience)
  const query = schema.getQueryType() as GraphQLObjectType // every schema has one
  const questions = questionsOf(query, pathLength, {
    schema,
    without: new Set(Object.keys(notJudged)),
    write: argumentsWriter(argumentValues(graph)),
  })
  const find = keyFinder(graph, null)
  const asked = questions.flatMap((question) =>
    keyedVariables(question, find).map((variables) => ({ question, variables })),
  )
  return { principal, schema, asked }
}

/** Everything but one scope of each list, in every way: who holds none of the lists whole. */
const lacking = (
  everything: ReadonlySet<string>,
  grants: ProtectedFact['grants'],
): readonly ReadonlySet<string>[] =>
  grants.reduce<readonly ReadonlySet<string>[]>(
    (callers, list) =>
      callers.flatMap((held) => list.map((scope) => held.difference(new Set([scope])))),
    [everything],
  )

/**
 * Whether an answer may be other: not if none of its statements names a column with its table. What only
 * a contract's schema asks is judged by what its root does for everybody.
 */
function readingOf(columns: ProtectedFact['columns'], { asked }: Caller, answers: Answers) {
  const isReading = (sql: string): boolean =>
    columns.some(({ table, name }) => sql.includes(`"${table}"`) && sql.includes(`"${name}"`))
  const reading = asked.filter((each) => answers.get(keyOf(each))?.statements.some(isReading))
  const keys = new Set(reading.map(keyOf))
  const roots = new Set(reading.map(({ question }) => question.root))
  return (each: Asked): boolean =>
    answers.has(keyOf(each)) ? keys.has(keyOf(each)) : roots.has(each.question.root)
}

const only = (isAsked: (asked: Asked) => boolean, { asked, ...caller }: Caller): Caller => ({
  ...caller,
  asked: asked.filter(isAsked),
})

type Answers = ReadonlyMap<string, Answer>

const keyOf = ({ question, variables }: Asked): string =>
  question.document + JSON.stringify(variables)

async function answersFor({ app }: Graph, { principal, asked }: Caller): Promise<Answers> {
  const answers = new Map<string, Answer>()
  for (const each of asked) {
    const statements: string[] = []
    const { data } = await app.execute(
      { document: each.question.document, variables: each.variables },
      principal,
      {
        limits: openLimits,
        observer: { ...silent, statement: ({ sql }) => statements.push(sql) },
      },
    )
    answers.set(keyOf(each), { data: JSON.parse(JSON.stringify(data)), statements })
  }
  return answers
}

function changedFields({ asked, schema }: Caller, before: Answers, after: Answers): Set<string> {
  const found = new Set<string>()
  for (const each of asked) {
    const [was, is] = [before.get(keyOf(each)), after.get(keyOf(each))]
    const paths = pathsOf(each.question.document, schema)
    for (const path of differences(was?.data, is?.data)) found.add(fieldAt(path, paths, schema))
  }
  return found
}

/** The field at a path; of a value's part the field that has the value. */
function fieldAt(path: string, paths: ReadonlyMap<string, string>, schema: GraphQLSchema): string {
  const coordinate = paths.get(path) ?? path
  const [parent = ''] = coordinate.split('.')
  const above = path.slice(0, path.lastIndexOf('.'))
  return isValue(schema.getType(parent)) && paths.has(above)
    ? fieldAt(above, paths, schema)
    : coordinate
}
